import { UnsecuredJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { newApplicationKey } from '../../../../fixtures/secrets.ts';
import { expectContract, send, signApplicationJwt, useHarness } from './harness.ts';

const vonage = await useHarness();
const UNAUTHORIZED = 'You did not provide correct credentials.';
const EXPIRED = 'The JWT provided has expired.';
const HOUR = 3600;

/** The simulator's answer to a token; 404 means that it accepts the token. */
async function ask(authorization?: string): Promise<{ status: number; detail: unknown }> {
  const headers = authorization === undefined ? {} : { authorization };
  const url = `${vonage.url}/v2/verify/no-such-request`;
  const answered = await send(url, 'POST', headers, { code: '1234' });
  expectContract('check', answered);
  return { status: answered.status, detail: answered.json.detail };
}

/** @param claims times are seconds from now */
function askWith(claims: Record<string, unknown>): ReturnType<typeof ask> {
  const now = Math.floor(Date.now() / 1000);
  const absolute = Object.entries(claims).map(([name, value]) => [
    name,
    typeof value === 'number' ? now + value : value,
  ]);
  return signApplicationJwt(Object.fromEntries(absolute)).then((jwt) => ask(`Bearer ${jwt}`));
}

describe('the application JWT', () => {
  it.each<[string, Record<string, unknown>]>([
    ['all claims', {}],
    ['no exp, which means 15 minutes', { exp: undefined }],
    ['a lifetime of 30 s', { iat: 0, exp: 30 }],
    ['a lifetime of 24 h', { iat: 0, exp: 24 * HOUR }],
    ['a clock that is 30 s ahead', { iat: 30, exp: 330 }],
  ])('is accepted with %s', async (_name, claims) => {
    expect((await askWith(claims)).status).toBe(404);
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['another application', { application_id: 'other' }, UNAUTHORIZED],
    ['no application', { application_id: undefined }, UNAUTHORIZED],
    ['no iat', { iat: undefined }, UNAUTHORIZED],
    ['an iat of tomorrow', { iat: 24 * HOUR, exp: 25 * HOUR }, UNAUTHORIZED],
    ['no jti', { jti: undefined }, UNAUTHORIZED],
    ['a lifetime of 10 s', { exp: 10 }, UNAUTHORIZED],
    ['a lifetime above 24 h', { exp: 24 * HOUR + 60 }, UNAUTHORIZED],
    ['an nbf in the future', { nbf: 600 }, UNAUTHORIZED],
    ['an exp in the past', { iat: -600, exp: -60 }, EXPIRED],
    ['no exp and an iat of 16 minutes ago', { iat: -960, exp: undefined }, EXPIRED],
  ])('is refused with %s', async (_name, claims, detail) => {
    expect(await askWith(claims)).toEqual({ status: 401, detail });
  });

  it('is required: every other authorization is answered 401', async () => {
    const good = await signApplicationJwt();
    const foreign = await signApplicationJwt({}, newApplicationKey().privateKey);
    const unsigned = new UnsecuredJWT({ application_id: 'x' }).encode();
    const bearers = ['', 'x', `${good} x`, foreign, unsigned].map((token) => `Bearer ${token}`);
    for (const given of [undefined, '', ...bearers, `Token ${good}`, 'Basic eA==']) {
      expect((await ask(given)).status).toBe(401);
    }
  });
});
