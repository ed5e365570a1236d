import { createHash } from 'node:crypto';
import { decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { WebhookFault } from '../../../../../infra/local/vonage/fault-rules.ts';
import {
  API_KEY,
  APPLICATION_ID,
  createHarness,
  expectCallbacks,
  type Harness,
  newNumber,
  openCheckUrl,
  type Received,
  SIGNATURE_SECRET,
  started,
} from './harness.ts';

const secret = new TextEncoder().encode(SIGNATURE_SECRET);

describe('webhooks', () => {
  let vonage: Harness;
  beforeEach(async () => {
    vonage = await createHarness();
  });
  afterEach(() => vonage[Symbol.asyncDispose]());

  /** Starts a silent authentication, so that `action_pending` is sent. */
  function pending(fault?: WebhookFault): Promise<string> {
    return start('silent_auth', newNumber(), fault);
  }
  async function start(channel: string, to: string, webhook?: WebhookFault): Promise<string> {
    if (webhook !== undefined) await vonage.faults({ to, webhook });
    return (await started(vonage.start([{ channel, to }]))).requestId;
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
    const token = tokenOf(headers);
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

  it('come again after 5 s and 60 s, with new tokens, until there is a 2xx', async () => {
    let refusals = 2;
    vonage.statusUrl.answerWith(() => (refusals-- > 0 ? 503 : 200));
    const requestId = await pending();
    const attempts = [await actionPending(1), await actionPending(2), await actionPending(3)];
    const [first = 0, second = 0, third = 0] = attempts.map(({ atMs }) => atMs);
    expect(second - first).toBeGreaterThanOrEqual(5_000);
    expect(third - second).toBeGreaterThanOrEqual(60_000);
    expect(new Set(attempts.map(({ text }) => text)).size).toBe(1);
    expect(new Set(attempts.map(({ headers }) => tokenOf(headers))).size).toBe(3);
    await expect
      .poll(async () => JSON.stringify(await vonage.look(`/_local/requests/${requestId}`)))
      .not.toContain('"attempts":3');
  });

  it('keep their token with the fault same_token', async () => {
    let refusals = 1;
    vonage.statusUrl.answerWith(() => (refusals-- > 0 ? 500 : 204));
    await pending({ same_token: true });
    const [first, second] = [await actionPending(1), await actionPending(2)];
    expect(second.headers.authorization).toBe(first.headers.authorization);
  });

  it('are unsigned once with the signature "none", and signed when they come again', async () => {
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
  ] as const)('are signed as the fault "%s" says', async (signature, claims) => {
    await pending({ signature });
    const token = tokenOf((await actionPending()).headers);
    const decoded = decodeJwt(token);
    for (const [name, value] of Object.entries(claims)) expect(decoded[name]).toEqual(value);
    const isForged = signature === 'wrong_secret' || signature === 'alg_none';
    const verified = jwtVerify(token, secret, { currentDate: new Date(0) });
    if (isForged) await expect(verified).rejects.toThrow();
    else await expect(verified).resolves.toBeDefined();
  });

  it('are altered after signing with the fault "altered"', async () => {
    await pending({ altered: true });
    const { headers, text } = await vonage.statusUrl.wait({ status: 'completed' });
    const { payload } = await jwtVerify(tokenOf(headers), secret);
    expect(payload.payload_hash).not.toBe(sha256(text));
  });

  it('come twice more with "duplicate", and not at all with "drop"', async () => {
    await pending({ on: { status: 'action_pending' }, duplicate: 2 });
    await actionPending(3);
    const [to, other] = [newNumber(), newNumber()];
    const dropped = await start('sms', to, { drop: true });
    await vonage.check(dropped, await vonage.code(to));
    const kept = await start('sms', other);
    await vonage.check(kept, await vonage.code(other));
    await vonage.statusUrl.wait({ request_id: kept });
    expect(vonage.statusUrl.about(dropped)).toEqual([]);
  });

  it('change their order with the fault "reorder"', async () => {
    const requestId = await pending({ on: { type: 'event', status: 'completed' }, reorder: true });
    const { body } = await actionPending();
    const [, checkUrl = ''] = /"check_url":"([^"]+)"/.exec(JSON.stringify(body.action)) ?? [];
    const { answered } = await openCheckUrl(checkUrl);
    await vonage.check(requestId, String(answered.json.code));
    await vonage.statusUrl.wait({ status: 'completed', type: 'event' });
    const completed = vonage.statusUrl.received.filter(({ body }) => body.status === 'completed');
    expect(completed.map(({ body }) => body.type)).toEqual(['summary', 'event']);
  });

  it('are delayed and carry other members, and are signed as they are sent', async () => {
    const set = { price: '0.05', status: 'surprising', channel: null };
    await pending({ delay_ms: 150_000, set });
    const startedAtMs = Date.now();
    vonage.pass(150);
    const { body, text, headers, atMs } = await vonage.statusUrl.wait({ status: 'surprising' });
    expect(atMs - startedAtMs).toBe(150_000);
    expect([body.price, body.channel]).toEqual(['0.05', undefined]);
    const { payload } = await jwtVerify(tokenOf(headers), secret);
    expect(payload.payload_hash).toBe(sha256(text));
  });
});

function tokenOf({ authorization = '' }: Received['headers']): string {
  return authorization.replace(/^Bearer /, '');
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
