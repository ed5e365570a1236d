import { createHash } from 'node:crypto';
import { decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import type { WebhookFault } from '../../../../../infra/local/vonage/fault-rules.ts';
import { validateCallback } from '../../../../fixtures/vonage-contract.ts';
import {
  API_KEY,
  APPLICATION_ID,
  createHarness,
  newNumber,
  openCheckUrl,
  type Received,
  SIGNATURE_SECRET,
  started,
} from '../../../../fixtures/vonage-harness.ts';

const vonage = await createHarness();
afterAll(() => vonage[Symbol.asyncDispose]());
const secret = new TextEncoder().encode(SIGNATURE_SECRET);

afterEach(() => vonage.statusUrl.answerWith(() => 204));

describe('webhooks', () => {
  /** Starts a silent authentication; the result waits for a webhook of it, `action_pending` first. */
  async function pending(webhook?: WebhookFault) {
    const to = newNumber();
    if (webhook !== undefined) await vonage.faults({ to, webhook });
    const { requestId, checkUrl } = await started(vonage.start([{ channel: 'silent_auth', to }]));
    /** The first comes at once; the others take time. */
    const arrived = (count = 1): Promise<Received> => {
      const came = vonage.statusUrl.wait({ request_id: requestId }, count);
      return count === 1 ? came : vonage.passing(came);
    };
    return { requestId, checkUrl, arrived };
  }

  it('are compact JSON, signed as Vonage documents', async () => {
    const { headers, text, body } = await (await pending()).arrived();
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
    expect(validateCallback(body)).toEqual([]);
  });

  it('come again after 5 s and 60 s, with new tokens, until there is a 2xx', async () => {
    let refusals = 2;
    vonage.statusUrl.answerWith(() => (refusals-- > 0 ? 503 : 200));
    const { requestId, arrived } = await pending();
    const attempts = [await arrived(1), await arrived(2), await arrived(3)];
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
    const { arrived } = await pending({ same_token: true });
    const [first, second] = [await arrived(1), await arrived(2)];
    expect(second.headers.authorization).toBe(first.headers.authorization);
  });

  it('are unsigned once with the signature "none", and signed when they come again', async () => {
    vonage.statusUrl.answerWith(({ headers }) => (headers.authorization ? 204 : 503));
    const { arrived } = await pending({ signature: 'none' });
    expect((await arrived(1)).headers.authorization).toBeUndefined();
    expect((await arrived(2)).headers.authorization).toMatch(/^Bearer /);
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
    const { arrived } = await pending({ signature });
    const token = tokenOf((await arrived()).headers);
    const decoded = decodeJwt(token);
    for (const [name, value] of Object.entries(claims)) expect(decoded[name]).toEqual(value);
    const isForged = signature === 'wrong_secret' || signature === 'alg_none';
    const verified = jwtVerify(token, secret, { currentDate: new Date(0) });
    if (isForged) await expect(verified).rejects.toThrow();
    else await expect(verified).resolves.toBeDefined();
  });

  it('are altered after signing with the fault "altered"', async () => {
    const { headers, text, body } = await (await pending({ altered: true })).arrived();
    expect(body.status).toBe('completed');
    const { payload } = await jwtVerify(tokenOf(headers), secret);
    expect(payload.payload_hash).not.toBe(sha256(text));
  });

  it('change their order with the fault "reorder"', async () => {
    const on = { type: 'event', status: 'completed' } as const;
    const { requestId, checkUrl } = await pending({ on, reorder: true });
    const { answered } = await openCheckUrl(checkUrl);
    await vonage.check(requestId, String(answered.json.code));
    await vonage.statusUrl.wait({ request_id: requestId, ...on });
    const completed = vonage.statusUrl
      .about(requestId)
      .filter(({ status }) => status === on.status);
    expect(completed.map(({ type }) => type)).toEqual(['summary', 'event']);
  });

  it('are delayed and carry other members, and are signed as they are sent', async () => {
    const set = { price: '0.05', status: 'surprising', channel: null };
    const { arrived } = await pending({ delay_ms: 150_000, set });
    const startedAtMs = Date.now();
    vonage.pass(150);
    const { body, text, headers, atMs } = await arrived();
    expect(atMs - startedAtMs).toBe(150_000);
    expect([body.price, body.status, body.channel]).toEqual(['0.05', 'surprising', undefined]);
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
