/** What the company's own backend gets: a proof that it checks by itself, and an event at the end. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRemoteJWKSet, type JWTPayload, jwtVerify } from 'jose';
import { describe, expect, inject, it } from 'vitest';
import { type App, call, idempotencyKey, phoneNumber, startApp } from '../fixtures/app.ts';
import { until } from '../fixtures/until.ts';

const { api, vonage, secretsmanager } = inject('endpoints');
const keys = createRemoteJWKSet(new URL('/.well-known/jwks.json', api));

async function verify(proof: string): Promise<JWTPayload> {
  const { payload } = await jwtVerify(proof, keys, {
    algorithms: ['ES256'],
    typ: 'silent-auth-proof+jwt',
    issuer: api,
    audience: 'silent-auth-consumer',
  });
  return payload;
}

async function completeSilently(app: App): Promise<void> {
  const { action } = await app.becomes(({ status }) => status === 'action_pending');
  if (action?.type !== 'open_check_url') throw new Error('no check_url came');
  const carrier = await app.openCheckUrl(action.check_url);
  expect((await app.post('/check-code', carrier.body)).status).toBe(200);
}

async function completeByEmail(app: App, address: string): Promise<void> {
  const code = await until(async () => {
    const response = await fetch(`${vonage}/inbox?to=${encodeURIComponent(address)}`);
    const [newest] = (await response.json()) as { code: string }[];
    return newest?.code;
  });
  await app.becomes(({ channel }) => channel === 'email');
  const checked = await app.post('/check-code', { request_id: app.requestId, code });
  expect(checked.status).toBe(200);
}

interface EndEvent {
  readonly source: string;
  readonly 'detail-type': string;
  readonly detail: { readonly request_id: string; readonly status: string };
}

async function eventsOf({ requestId }: App): Promise<readonly EndEvent[]> {
  const response = await fetch(`${secretsmanager}/_local/events`);
  const events = (await response.json()) as readonly EndEvent[];
  return events.filter(({ detail }) => detail.request_id === requestId);
}

describe('POST /proof', () => {
  it('proves the number to whoever knows the public keys', async () => {
    const number = phoneNumber('4');
    const nonce = idempotencyKey();
    const app = await startApp(api, { phone_number: number, nonce });
    expect((await app.post('/proof', { phone_number: number })).status).toBe(422);
    await completeSilently(app);

    const first = await app.post('/proof', { phone_number: number });
    expect(first.status).toBe(200);
    const claims = await verify(first.body.proof);
    expect(claims).toMatchObject({
      request_id: app.requestId,
      amr: ['silent_auth'],
      nonce,
      phone_number: number,
    });
    expect(new Date((claims.exp ?? 0) * 1000).toISOString()).toBe(first.body.expires_at);
    const second = await app.post('/proof');
    expect(await verify(second.body.proof)).toMatchObject({ jti: claims.jti });
    expect(await verify(second.body.proof)).not.toHaveProperty('phone_number');

    const other = await app.post('/proof', { phone_number: phoneNumber('6') });
    expect([other.status, other.body.code]).toEqual([422, 'proof_refused']);
  });

  it('never takes an e-mail for a number', async () => {
    const number = phoneNumber('3');
    const email = `${idempotencyKey().toLowerCase()}@example.org`;
    const app = await startApp(api, { phone_number: number, email, channels: ['email'] });
    await completeByEmail(app, email);
    const refused = await app.post('/proof', { phone_number: number, email });
    expect([refused.status, refused.body.code]).toEqual([422, 'proof_refused']);
    const { body } = await app.post('/proof', { email });
    const claims = await verify(body.proof);
    expect(claims).toMatchObject({ amr: ['email'], email });
    expect(claims).not.toHaveProperty('phone_number');
  });

  it('proves nothing to another token, or after another end', async () => {
    const app = await startApp(api, { phone_number: phoneNumber('8') });
    const other = await startApp(api, { phone_number: phoneNumber('2') });
    await completeSilently(app);
    const foreign = `${app.requestId}.${other.token.split('.')[1]}`;
    const answer = await call(api, 'POST', '/proof', {
      headers: { authorization: `Bearer ${foreign}` },
      body: {},
    });
    expect([answer.status, answer.body.code]).toEqual([401, 'client_token_invalid']);
    await other.post('/cancel');
    expect((await other.post('/proof')).status).toBe(422);
  });
});

describe('the end of a verification', () => {
  it('is told to the bus, without a number', async () => {
    const number = phoneNumber('4');
    const nonce = idempotencyKey();
    const app = await startApp(api, { phone_number: number, nonce });
    expect(await eventsOf(app)).toEqual([]);
    await completeSilently(app);
    const events = await eventsOf(app);
    // At least once: the check, its webhooks and a read may all find that nobody was told yet.
    expect(events.length).toBeGreaterThanOrEqual(1);
    for (const event of events) {
      expect(event).toMatchObject({
        source: 'silent-auth',
        'detail-type': 'verification.ended',
        detail: {
          request_id: app.requestId,
          status: 'completed',
          channel: 'silent_auth',
          verified: { phone_number: true, email: false },
          reason: null,
          sub: null,
          nonce,
          at: expect.any(String),
        },
      });
    }
    expect(JSON.stringify(events)).not.toContain(number.slice(1));
  });

  it('is told for every other end, too', async () => {
    const app = await startApp(api, { phone_number: phoneNumber('2') });
    await app.post('/cancel');
    const events = await eventsOf(app);
    expect(new Set(events.map(({ detail }) => detail.status))).toEqual(new Set(['cancelled']));
  });
});

describe('the proof key', () => {
  it('is in no log line of any function', () => {
    const logs = join(inject('localFolder'), 'logs');
    for (const name of readdirSync(logs)) {
      const text = readFileSync(join(logs, name), 'utf8');
      expect(text).not.toMatch(/PRIVATE KEY|eyJ[A-Za-z0-9_-]+\.eyJ/);
    }
  });
});
