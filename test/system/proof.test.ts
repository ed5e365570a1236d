/** The proof that your backend verifies by itself, and what yields none. */

import { createRemoteJWKSet, decodeJwt, type JWTPayload, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { toStartSettings } from '../../infra/aws/stage.ts';
import { getStage } from '../../infra/aws/stages.ts';
import { ENV } from '../../shared/config.ts';
import { type App, idempotencyKey, mailbox, phoneNumber, startApp } from '../fixtures/app.ts';
import { inboxCode } from '../fixtures/local-services.ts';
import { type OwnStack, startOwnStack } from '../fixtures/own-stack.ts';
import { until } from '../fixtures/until.ts';

const endpoints = inject('endpoints');
const { api } = endpoints;
const AUDIENCE = 'silent-auth-consumer';
const keys = createRemoteJWKSet(new URL('/.well-known/jwks.json', api));

async function verify(proof: string): Promise<JWTPayload> {
  const { payload } = await jwtVerify(proof, keys, {
    algorithms: ['ES256'],
    typ: 'silent-auth-proof+jwt',
    issuer: api,
    audience: AUDIENCE,
  });
  return payload;
}

/** Status and problem code of a call that yields no proof. */
async function refusal(app: App, body?: object): Promise<readonly unknown[]> {
  const { status, body: answer } = await app.post('/proof', body);
  expect(answer).not.toHaveProperty('proof');
  return [status, answer.code];
}

describe('POST /proof', () => {
  it('proves the number to whoever knows the public keys', async () => {
    const number = phoneNumber('4');
    const nonce = idempotencyKey();
    const app = await startApp(api, { phone_number: number, nonce });
    expect(await refusal(app, { phone_number: number })).toEqual([422, 'proof_refused']);
    expect((await app.completeSilently()).status).toBe(200);

    const first = await app.post('/proof', { phone_number: number });
    expect(first.status).toBe(200);
    const claims = await verify(first.body.proof);
    expect(claims).toMatchObject({
      request_id: app.requestId,
      amr: ['silent_auth'],
      nonce,
      phone_number: number,
    });
    expect((claims.exp ?? 0) - (claims.iat ?? 0)).toBeLessThanOrEqual(300);
    expect(new Date((claims.exp ?? 0) * 1000).toISOString()).toBe(first.body.expires_at);
    const second = await app.post('/proof');
    expect(await verify(second.body.proof)).toMatchObject({ jti: claims.jti });
    expect(await verify(second.body.proof)).not.toHaveProperty('phone_number');

    const other = { phone_number: phoneNumber('6') };
    expect(await refusal(app, other)).toEqual([422, 'proof_refused']);
  });

  it('proves a mailbox under each of its spellings, and never the number', async () => {
    const number = phoneNumber('4');
    const typed = `${idempotencyKey()}.jo@MÜNCHEN.de`;
    const converted = typed.replace(/@.*/, '@xn--mnchen-3ya.de');
    const app = await startApp(api, { phone_number: number, email: typed, channels: ['email'] });
    const code = await inboxCode(endpoints, converted);
    expect((await app.post('/check-code', { request_id: app.requestId, code })).status).toBe(200);
    for (const email of [typed, converted, converted.replace(/@.*/, '@mu\u0308nchen.de')]) {
      const claims = await verify((await app.post('/proof', { email })).body.proof);
      expect(claims).toMatchObject({ amr: ['email'], email: converted });
      expect(claims).not.toHaveProperty('phone_number');
      const refused = await refusal(app, { phone_number: number, email });
      expect(refused).toEqual([422, 'proof_refused']);
    }
  });
});

describe('a code that e-mail and SMS share, on a stage that synthesis refuses (T22)', () => {
  let stack: OwnStack;

  beforeAll(async () => {
    const workflow = [
      { channel: 'silent_auth' },
      { channel: 'email', reuseCode: true },
      { channel: 'sms', reuseCode: true },
    ] as const;
    const settings = { ...toStartSettings(getStage('dev')), workflow };
    stack = await startOwnStack({
      functionEnvironment: { [ENV.startSettings]: JSON.stringify(settings) },
    });
  });
  afterAll(() => stack?.close());

  it('proves neither the number nor the mailbox to the reader of the mailbox', async () => {
    const { endpoints: own } = stack;
    const body = { phone_number: phoneNumber('7'), email: mailbox() };
    const channels = ['silent_auth', 'email', 'sms'];
    const app = await startApp(own.api, { ...body, channels });
    await app.post('/next-workflow', { from: 'silent_auth', error: 'user_choice' });
    const code = await inboxCode(own, body.email);
    await app.post('/next-workflow', { from: 'email' });
    expect(await inboxCode(own, body.phone_number)).toBe(code);
    const checked = await app.post('/check-code', { request_id: app.requestId, code });
    expect(checked.body.verification.status).toBe('completed');
    await until(async () => {
      const { webhooks_pending: pending, status } = await (
        await fetch(`${own.vonage}/_local/requests/${app.requestId}`)
      ).json();
      return pending.length === 0 && status === 'completed' ? true : undefined;
    });
    expect((await app.status()).verified).toEqual({ phone_number: false, email: false });
    for (const email of [undefined, body.email]) {
      expect(await refusal(app, { ...body, email })).toEqual([422, 'proof_refused']);
    }
    const claims = decodeJwt((await app.post('/proof')).body.proof);
    expect(claims).toMatchObject({ request_id: app.requestId, amr: [] });
    for (const name of ['phone_number', 'email']) expect(claims).not.toHaveProperty(name);
  });
});
