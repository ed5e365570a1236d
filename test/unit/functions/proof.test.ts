import type { APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { describe, expect, it } from 'vitest';
import { createProofHandler } from '../../../functions/proof/handler.ts';
import { parseClientToken } from '../../../shared/adapters/secrets/client-token.ts';
import type { VerificationEvent } from '../../../shared/domain/events.ts';
import type { HttpRequest } from '../../../shared/lambda/handler.ts';
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

const PROOF_ROUTE = 'POST /proof';
const JWKS_ROUTE = 'GET /.well-known/jwks.json';

const CONTEXT: HttpRequest['requestContext'] = {
  accountId: '000000000000',
  apiId: 'api',
  domainName: 'verify.example.com',
  domainPrefix: 'verify',
  http: {
    method: 'POST',
    path: '/proof',
    protocol: 'HTTP/1.1',
    sourceIp: '192.0.2.1',
    userAgent: 'test',
  },
  requestId: 'invocation-1',
  routeKey: PROOF_ROUTE,
  stage: '$default',
  time: '04/Mar/2026:10:15:50 +0000',
  timeEpoch: COMPLETED_AT_MS,
};

interface Sent {
  readonly routeKey?: string;
  readonly token?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

function call(world: World, { routeKey = PROOF_ROUTE, token, body, headers }: Sent) {
  const handler = createProofHandler({
    ...world,
    parseToken: parseClientToken,
    budget: () => ({ lastCallAtMs: 0 }),
    telemetry: { ...world.telemetry, annotate: () => {}, flush: () => {} },
  });
  const request: HttpRequest = {
    version: '2.0',
    routeKey,
    rawPath: '/proof',
    rawQueryString: '',
    headers: {
      'content-type': 'application/json',
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...headers,
    },
    requestContext: { ...CONTEXT, routeKey },
    isBase64Encoded: false,
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  };
  return handler(request, {} as Context);
}

function json({ body }: APIGatewayProxyStructuredResultV2): Record<string, unknown> {
  return JSON.parse(body ?? '');
}

describe('POST /proof', () => {
  it('answers 200 with a proof that the published keys verify', async () => {
    const world = worldOf(await completedSilently());
    const answer = await call(world, { token: CLIENT_TOKEN, body: { phone_number: PHONE_NUMBER } });
    expect(answer).toMatchObject({ statusCode: 200, headers: { 'cache-control': 'no-store' } });
    const { proof, expires_at: expiresAt, ...rest } = json(answer);
    expect(rest).toEqual({});

    const published = await call(world, { routeKey: JWKS_ROUTE });
    const keys = createLocalJWKSet(JSON.parse(published.body ?? ''));
    const { payload } = await jwtVerify(String(proof), keys, {
      algorithms: ['ES256'],
      typ: 'silent-auth-proof+jwt',
      issuer: ISSUER,
      audience: AUDIENCE,
      currentDate: new Date(world.nowMs),
    });
    expect(payload.phone_number).toBe(PHONE_NUMBER);
    expect(expiresAt).toBe(new Date((payload.exp ?? 0) * 1000).toISOString());
  });

  it.each([{}, undefined])('needs no address: %j', async (body) => {
    const answer = await call(worldOf(await completedSilently()), { token: CLIENT_TOKEN, body });
    expect(answer.statusCode).toBe(200);
  });

  it('answers one and the same 422 whatever was not proven', async () => {
    const other = { phone_number: '+447700900001' };
    const refusals = [
      await call(worldOf(await completedSilently()), { token: CLIENT_TOKEN, body: other }),
      await call(worldOf(await completedBy('email')), {
        token: CLIENT_TOKEN,
        body: { phone_number: PHONE_NUMBER },
      }),
      await call(worldOf(await logOf(['silent_auth'])), { token: CLIENT_TOKEN, body: {} }),
    ];
    for (const { statusCode } of refusals) expect(statusCode).toBe(422);
    expect(new Set(refusals.map(({ body }) => body)).size).toBe(1);
    expect(json(refusals[0] ?? {})).toMatchObject({ code: 'proof_refused', retryable: false });
  });

  it('answers 410 with the verification after ten minutes', async () => {
    const world = worldOf(await completedSilently());
    world.nowMs = COMPLETED_AT_MS + 600_001;
    const answer = await call(world, { token: CLIENT_TOKEN, body: {} });
    expect(answer.statusCode).toBe(410);
    expect(json(answer)).toMatchObject({
      code: 'verification_closed',
      verification: { status: 'completed' },
    });
  });

  it.each([
    ['no token', undefined],
    ['a malformed token', 'x'],
    ['a foreign token', `${CLIENT_TOKEN.slice(0, -1)}E`],
    ['the token of no verification', `none.${'A'.repeat(43)}`],
  ])('answers 401 for %s', async (_what, token) => {
    const world = worldOf(await completedSilently());
    const answer = await call(world, { ...(token && { token }), body: {} });
    expect(answer.statusCode).toBe(401);
    expect(json(answer).code).toBe('client_token_invalid');
  });

  it.each([
    ['an array', [], 400],
    ['a number of another form', { phone_number: '447700900000' }, 400],
    ['a list of numbers', { phone_number: [PHONE_NUMBER] }, 400],
    ['no JSON', '{', 400],
    ['4 KB and one byte', `"${'x'.repeat(4095)}"`, 413],
  ])('answers for %s: %j', async (_what, body, status) => {
    const world = worldOf(await completedSilently());
    const answer = await call(world, { token: CLIENT_TOKEN, body });
    expect(answer.statusCode).toBe(status);
    expect(answer.body).not.toContain('447700900000');
  });

  it('answers 415 for a form', async () => {
    const answer = await call(worldOf(await completedSilently()), {
      token: CLIENT_TOKEN,
      body: 'phone_number=1',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    expect(answer.statusCode).toBe(415);
  });

  it('answers 503 while the key is not set, and names no key', async () => {
    const world = worldOf(await completedSilently(), { private_key: '' });
    for (const routeKey of [PROOF_ROUTE, JWKS_ROUTE]) {
      const answer = await call(world, { routeKey, token: CLIENT_TOKEN, body: {} });
      expect(answer.statusCode).toBe(503);
      expect(json(answer).code).toBe('dependency_unavailable');
      expect(answer.headers).toHaveProperty('retry-after');
    }
  });
});

describe('GET /.well-known/jwks.json', () => {
  it('answers 200 with both keys to anybody, for five minutes of caching', async () => {
    const previous = newProofKey();
    const events: readonly VerificationEvent[] = [];
    const world = worldOf(events, {
      private_key: newProofKey().privateKey,
      previous_public_key: previous.publicKey,
    });
    const answer = await call(world, { routeKey: JWKS_ROUTE });
    expect(answer.statusCode).toBe(200);
    expect(answer.headers).toMatchObject({
      'cache-control': 'public, max-age=300',
      'content-type': 'application/json',
    });
    const { keys } = JSON.parse(answer.body ?? '');
    expect(keys).toHaveLength(2);
    for (const key of keys) {
      expect(Object.keys(key).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y']);
    }
  });

  it('is recognised by its route key, whatever the path is', async () => {
    const world = worldOf(await completedSilently());
    expect((await call(world, { routeKey: PROOF_ROUTE })).statusCode).toBe(401);
  });
});
