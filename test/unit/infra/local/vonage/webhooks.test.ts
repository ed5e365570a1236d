import { createHash } from 'node:crypto';
import { decodeProtectedHeader, jwtVerify } from 'jose';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { WebhookFault } from '../../../../../infra/local/vonage/fault-rules.ts';
import {
  API_KEY,
  APPLICATION_ID,
  createHarness,
  expectCallbacks,
  type Harness,
  openCheckUrl,
  type Received,
  SIGNATURE_SECRET,
  started,
} from './harness.ts';

const secret = new TextEncoder().encode(SIGNATURE_SECRET);
const TO = '447700900000';

describe('webhooks', () => {
  let vonage: Harness;
  beforeEach(async () => {
    vonage = await createHarness();
  });
  afterEach(() => vonage[Symbol.asyncDispose]());

  /** Starts a silent authentication, so that `action_pending` is sent. */
  async function pending(fault?: WebhookFault): Promise<string> {
    if (fault !== undefined) await vonage.faults({ webhook: fault });
    return (await started(vonage.start([{ channel: 'silent_auth', to: TO }]))).requestId;
  }
  /** The first comes at once; the others take time. */
  const actionPending = (count = 1): Promise<Received> => {
    const came = vonage.statusUrl.wait({ status: 'action_pending' }, count);
    return count === 1 ? came : vonage.passing(came);
  };

  it('are compact JSON, signed as Vonage documents', async () => {
    await pending();
    const { headers, text, body } = await actionPending();
    expect(headers['content-type']).toBe('application/json');
    expect(text).toBe(JSON.stringify(body));
    const token = tokenOf(headers.authorization);
    expect(decodeProtectedHeader(token)).toEqual({ alg: 'HS256', typ: 'JWT' });
    const { payload } = await jwtVerify(token, secret, { algorithms: ['HS256'] });
    expect(payload).toEqual({
      iat: expect.any(Number),
      jti: expect.any(String),
      iss: 'Vonage',
      payload_hash: sha256(text),
      api_key: API_KEY,
      application_id: APPLICATION_ID,
    });
    expectCallbacks(vonage.statusUrl);
  });

  it('come again, later and later, until there is a 2xx', async () => {
    let refusals = 2;
    vonage.statusUrl.answerWith(() => {
      refusals -= 1;
      return refusals >= 0 ? 503 : 200;
    });
    const requestId = await pending();
    const [first, second, third] = [
      await actionPending(1),
      await actionPending(2),
      await actionPending(3),
    ];
    expect(second.atMs - first.atMs).toBeGreaterThanOrEqual(5_000);
    expect(third.atMs - second.atMs).toBeGreaterThanOrEqual(60_000);
    expect(new Set([first, second, third].map(({ text }) => text)).size).toBe(1);
    expect(tokenOf(third.headers.authorization)).not.toBe(tokenOf(first.headers.authorization));
    await expect
      .poll(async () => JSON.stringify(await vonage.look(`/_local/requests/${requestId}`)))
      .not.toContain('"attempts":3');
  });

  it('keep their token on request', async () => {
    let isFirst = true;
    vonage.statusUrl.answerWith(() => {
      const status = isFirst ? 500 : 204;
      isFirst = false;
      return status;
    });
    await pending({ same_token: true });
    const [first, second] = [await actionPending(1), await actionPending(2)];
    expect(second.headers.authorization).toBe(first.headers.authorization);
  });

  it('are unsigned once, and signed when they come again', async () => {
    vonage.statusUrl.answerWith(({ headers }) => (headers.authorization ? 204 : 503));
    await pending({ signature: 'none' });
    expect((await actionPending(1)).headers.authorization).toBeUndefined();
    expect((await actionPending(2)).headers.authorization).toMatch(/^Bearer /);
  });

  it.each([
    ['wrong_secret', {}],
    ['alg_none', {}],
    ['other_application', { application_id: expect.not.stringContaining(APPLICATION_ID) }],
    ['no_application', { application_id: undefined }],
    ['other_api_key', { api_key: expect.not.stringContaining(API_KEY) }],
    ['other_issuer', { iss: expect.not.stringContaining('Vonage') }],
    ['no_payload_hash', { payload_hash: undefined }],
    ['expired', { exp: expect.any(Number) }],
  ] as const)('are signed with %s when told to', async (signature, claims) => {
    await pending({ signature });
    const { headers } = await actionPending();
    const token = tokenOf(headers.authorization);
    const [, payload = ''] = token.split('.');
    const decoded: Record<string, unknown> = JSON.parse(atob(payload));
    for (const [name, value] of Object.entries(claims)) expect(decoded[name]).toEqual(value);
    const isForged = signature === 'wrong_secret' || signature === 'alg_none';
    const verified = jwtVerify(token, secret, { currentDate: new Date(0) });
    if (isForged) await expect(verified).rejects.toThrow();
    else await expect(verified).resolves.toBeDefined();
  });

  it('are altered after signing on request', async () => {
    await pending({ altered: true });
    const { headers, text } = await vonage.statusUrl.wait({ status: 'completed' });
    const { payload } = await jwtVerify(tokenOf(headers.authorization), secret);
    expect(payload.payload_hash).not.toBe(sha256(text));
  });

  it('come twice, or not at all, on request', async () => {
    await pending({ on: { status: 'action_pending' }, duplicate: 2 });
    await actionPending(3);
    await vonage.faults({ to: '447700900002', webhook: { drop: true } });
    const dropped = await started(vonage.start([{ channel: 'sms', to: '447700900002' }]));
    await vonage.check(dropped.requestId, await vonage.code('447700900002'));
    const kept = await started(vonage.start([{ channel: 'sms', to: '447700900004' }]));
    await vonage.check(kept.requestId, await vonage.code('447700900004'));
    await vonage.statusUrl.wait({ request_id: kept.requestId });
    const ids = vonage.statusUrl.received.map(({ body }) => body.request_id);
    expect(ids).not.toContain(dropped.requestId);
  });

  it('are overtaken by the next one on request', async () => {
    const requestId = await pending({ on: { type: 'event', status: 'completed' }, reorder: true });
    const { body } = await actionPending();
    const { answered } = await openCheckUrl(checkUrlOf(body));
    await vonage.check(requestId, String(answered.json.code));
    await vonage.statusUrl.wait({ status: 'completed', type: 'event' });
    const types = vonage.statusUrl.received
      .filter(({ body }) => body.status === 'completed')
      .map(({ body }) => body.type);
    expect(types).toEqual(['summary', 'event']);
  });

  it('are delayed, and carry other members, on request', async () => {
    await pending({
      delay_ms: 150_000,
      set: { price: '0.05', status: 'surprising', channel: null },
    });
    vonage.pass(100);
    expect(vonage.statusUrl.received).toEqual([]);
    vonage.pass(50);
    const { body, text, headers } = await vonage.statusUrl.wait({ status: 'surprising' });
    expect([body.price, body.channel]).toEqual(['0.05', undefined]);
    const { payload } = await jwtVerify(tokenOf(headers.authorization), secret);
    expect(payload.payload_hash).toBe(sha256(text));
  });
});

function checkUrlOf({ action }: Record<string, unknown>): string {
  return /"check_url":"([^"]+)"/.exec(JSON.stringify(action))?.[1] ?? '';
}

function tokenOf(authorization: string | undefined): string {
  return (authorization ?? '').replace(/^Bearer /, '');
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
