import type { Context } from 'aws-lambda';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { describe, expect, it } from 'vitest';
import { createProofHandler } from '../../../functions/proof/handler.ts';
import { parseClientToken } from '../../../shared/adapters/secrets/client-token.ts';
import {
  AUDIENCE,
  CLIENT_TOKEN,
  COMPLETED_AT_MS,
  completedBy,
  completedSilently,
  ISSUER,
  logOf,
  newProofKey,
  PHONE_NUMBER,
  type World,
  worldOf,
} from '../../fixtures/proofs.ts';
import { httpRequest } from '../../fixtures/requests.ts';

const PROOF_ROUTE = 'POST /proof';
const JWKS_ROUTE = 'GET /.well-known/jwks.json';

interface Sent {
  readonly routeKey?: string;
  /** Absent: none. */
  readonly token?: string | undefined;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

async function call(world: World, sent: Sent = {}) {
  const { routeKey = PROOF_ROUTE, token, body, headers } = sent;
  const handler = createProofHandler({
    ...world,
    parseToken: parseClientToken,
    budget: () => ({ lastCallAtMs: 0 }),
    telemetry: { ...world.telemetry, annotate: () => {}, flush: () => {} },
  });
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const request = httpRequest(
    { 'content-type': 'application/json', ...authorization, ...headers },
    text === undefined ? {} : { body: text },
  );
  const {
    statusCode: status,
    headers: answered,
    body: json = '',
  } = await handler({ ...request, routeKey }, {} as Context);
  return { status, headers: answered, text: json, answer: JSON.parse(json) };
}

/** `POST /proof` by the client that completed silent_auth. */
async function prove(body?: unknown, more: Sent = {}) {
  return call(worldOf(await completedSilently()), { token: CLIENT_TOKEN, body, ...more });
}

describe('POST /proof', () => {
  it('answers 200 with a proof that the published keys verify', async () => {
    const world = worldOf(await completedSilently());
    const body = { phone_number: PHONE_NUMBER };
    const { status, headers, answer } = await call(world, { token: CLIENT_TOKEN, body });
    expect(status).toBe(200);
    expect(headers).toMatchObject({ 'cache-control': 'no-store' });
    const { proof, expires_at: expiresAt, ...rest } = answer;
    expect(rest).toEqual({});

    const published = await call(world, { routeKey: JWKS_ROUTE });
    const { payload } = await jwtVerify(proof, createLocalJWKSet(published.answer), {
      algorithms: ['ES256'],
      typ: 'silent-auth-proof+jwt',
      issuer: ISSUER,
      audience: AUDIENCE,
      currentDate: new Date(world.nowMs),
    });
    expect(payload.phone_number).toBe(PHONE_NUMBER);
    expect(expiresAt).toBe(new Date((payload.exp ?? 0) * 1000).toISOString());
  });

  it('answers one and the same 422 whatever was not proven', async () => {
    const token = CLIENT_TOKEN;
    const refusals = [
      await prove({ phone_number: '+447700900001' }),
      await call(worldOf(await completedBy('email')), {
        token,
        body: { phone_number: PHONE_NUMBER },
      }),
      await call(worldOf(await logOf(['silent_auth'])), { token, body: {} }),
    ];
    expect(refusals.map(({ status }) => status)).toEqual([422, 422, 422]);
    expect(new Set(refusals.map(({ text }) => text)).size).toBe(1);
    expect(refusals[0]?.answer).toMatchObject({ code: 'proof_refused', retryable: false });
  });

  it('answers 410 with the verification after ten minutes', async () => {
    const world = worldOf(await completedSilently());
    world.nowMs = COMPLETED_AT_MS + 600_001;
    const { status, answer } = await call(world, { token: CLIENT_TOKEN, body: {} });
    const closed = { code: 'verification_closed', verification: { status: 'completed' } };
    expect(status).toBe(410);
    expect(answer).toMatchObject(closed);
  });

  it.each([
    ['no token', undefined],
    ['a malformed token', 'x'],
    ['a foreign token', `${CLIENT_TOKEN.slice(0, -1)}E`],
    ['the token of no verification', `none.${'A'.repeat(43)}`],
  ])('answers 401 for %s', async (_, token) => {
    const { status, answer } = await prove({}, { token });
    expect(status).toBe(401);
    expect(answer.code).toBe('client_token_invalid');
  });

  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  it.each<[string, unknown, number, Sent['headers']?]>([
    ['no body', undefined, 200],
    ['no address', {}, 200],
    ['an array', [], 400],
    ['a number of another form', { phone_number: '447700900000' }, 400],
    ['a list of numbers', { phone_number: [PHONE_NUMBER] }, 400],
    ['no JSON', '{', 400],
    ['4 KB and one byte', `"${'x'.repeat(4095)}"`, 413],
    ['a form', 'phone_number=1', 415, form],
  ])('answers %s with its status: %j, %i', async (_, body, expected, headers = {}) => {
    const { status, text } = await prove(body, { headers });
    expect(status).toBe(expected);
    expect(text).not.toContain('447700900000');
  });

  it.each([PROOF_ROUTE, JWKS_ROUTE])(
    'answers 503 on %s while the key is not set',
    async (routeKey) => {
      const world = worldOf(await completedSilently(), { private_key: '' });
      const { status, headers, answer } = await call(world, {
        routeKey,
        token: CLIENT_TOKEN,
        body: {},
      });
      expect(status).toBe(503);
      expect(answer.code).toBe('dependency_unavailable');
      expect(headers).toHaveProperty('retry-after');
    },
  );
});

describe('GET /.well-known/jwks.json', () => {
  it('answers 200 with both keys to anybody, for five minutes of caching', async () => {
    const previous_public_key = newProofKey().publicKey;
    const private_key = newProofKey().privateKey;
    const world = worldOf([], { private_key, previous_public_key });
    const { status, headers, answer } = await call(world, { routeKey: JWKS_ROUTE });
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      'cache-control': 'public, max-age=300',
      'content-type': 'application/json',
    });
    const members = ['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y'];
    const published: object[] = answer.keys;
    expect(published.map((key) => Object.keys(key).toSorted())).toEqual([members, members]);
  });
});
