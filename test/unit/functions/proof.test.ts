/** The answers of the routes; `test/system/proof.test.ts` verifies proofs of the running stack. */

import type { Context } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { createProofHandler } from '../../../functions/proof/handler.ts';
import { parseClientToken } from '../../../shared/adapters/secrets/client-token.ts';
import {
  CLIENT_TOKEN,
  COMPLETED_AT_MS,
  completedBy,
  completedSilently,
  logOf,
  newProofKey,
  PHONE_NUMBER,
  type World,
  worldOf,
} from '../../fixtures/proofs.ts';
import { httpRequest } from '../../fixtures/requests.ts';

const PROOF_ROUTE = 'POST /proof';
const JWKS_ROUTE = 'GET /.well-known/jwks.json';

async function call(
  world: World,
  { routeKey = PROOF_ROUTE, body = {}, token = CLIENT_TOKEN } = {},
) {
  const handler = createProofHandler({
    ...world,
    parseToken: parseClientToken,
    budget: () => ({ lastCallAtMs: 0 }),
    telemetry: { ...world.telemetry, annotate: () => {}, flush: () => {} },
  });
  const given = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
  const request = { ...httpRequest(given, { body: JSON.stringify(body) }), routeKey };
  const { statusCode: status, headers, body: text = '' } = await handler(request, {} as Context);
  return { status, headers, text, answer: JSON.parse(text) };
}

describe('POST /proof', () => {
  it('answers 200 with a proof and the time when it expires', async () => {
    const body = { phone_number: PHONE_NUMBER };
    const { status, answer } = await call(worldOf(await completedSilently()), { body });
    expect(status).toBe(200);
    expect(Object.keys(answer).toSorted()).toEqual(['expires_at', 'proof']);
  });

  it('answers one and the same 422 whatever was not proven', async () => {
    const body = { phone_number: PHONE_NUMBER };
    const other = { phone_number: '+447700900001' };
    const refusals = [
      await call(worldOf(await completedSilently()), { body: other }),
      await call(worldOf(await completedBy('email')), { body }),
      await call(worldOf(await logOf('started silent_auth'))),
    ];
    expect(refusals.map(({ status }) => status)).toEqual([422, 422, 422]);
    expect(new Set(refusals.map(({ text }) => text)).size).toBe(1);
    expect(refusals[0]?.answer).toMatchObject({ code: 'proof_refused', retryable: false });
  });

  it('answers 410 with the verification after ten minutes', async () => {
    const world = worldOf(await completedSilently());
    world.nowMs = COMPLETED_AT_MS + 600_001;
    const { status, answer } = await call(world);
    expect([status, answer.code]).toEqual([410, 'verification_closed']);
    expect(answer.verification.status).toBe('completed');
  });

  it.each([
    ['a malformed token', 'x'],
    ['a foreign token', `${CLIENT_TOKEN.slice(0, -1)}E`],
    ['the token of no verification', `none.${'A'.repeat(43)}`],
  ])('answers 401 for %s', async (_, token) => {
    const { status, answer } = await call(worldOf(await completedSilently()), { token });
    expect([status, answer.code]).toEqual([401, 'client_token_invalid']);
  });

  it('does not repeat a number of another form in its 400', async () => {
    const body = { phone_number: '447700900000' };
    const { status, text } = await call(worldOf(await completedSilently()), { body });
    expect(status).toBe(400);
    expect(text).not.toContain('447700900000');
  });

  it.each([PROOF_ROUTE, JWKS_ROUTE])('answers 503 while no key is set: %s', async (routeKey) => {
    const world = worldOf(await completedSilently(), { private_key: '' });
    const { status, headers, answer } = await call(world, { routeKey });
    expect([status, answer.code]).toEqual([503, 'dependency_unavailable']);
    expect(headers).toHaveProperty('retry-after');
  });
});

describe('GET /.well-known/jwks.json', () => {
  it('answers 200 with both keys to anybody, for five minutes of caching', async () => {
    const previous_public_key = newProofKey().publicKey;
    const world = worldOf([], { private_key: newProofKey().privateKey, previous_public_key });
    const { status, headers, answer } = await call(world, { routeKey: JWKS_ROUTE, token: '' });
    const expected = { 'cache-control': 'public, max-age=300', 'content-type': 'application/json' };
    expect(status).toBe(200);
    expect(headers).toMatchObject(expected);
    const members = ['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y'];
    const published: object[] = answer.keys;
    expect(published.map((key) => Object.keys(key).toSorted())).toEqual([members, members]);
  });
});
