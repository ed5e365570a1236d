import { importPKCS8, SignJWT, UnsecuredJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import {
  type Claims,
  createAuthenticate,
} from '../../../../../infra/local/vonage/application-jwt.ts';
import { newApplicationKey } from '../../../../fixtures/secrets.ts';

const HOUR = 3600;
const now = Math.floor(Date.now() / 1000);
const { privateKey, publicKey } = newApplicationKey();
const authenticate = createAuthenticate(
  (id) => (id === 'acme' ? publicKey : undefined),
  { apiKey: 'key', apiSecret: 'secret' },
  () => now * 1000,
);

/** @param claims replace the usual ones; times are seconds from now */
async function sign(claims: Claims = {}, by = privateKey): Promise<string> {
  const given = { application_id: 'acme', iat: 0, exp: 900, jti: 'one', ...claims };
  const absolute = Object.entries(given).map(([name, value]) => {
    return [name, typeof value === 'number' ? now + value : value];
  });
  return new SignJWT(Object.fromEntries(absolute))
    .setProtectedHeader({ alg: 'RS256' })
    .sign(await importPKCS8(by, 'RS256'));
}

describe('the application JWT', () => {
  const ACCEPTED = { applicationId: 'acme' };
  const UNAUTHORIZED = { refused: 'unauthorized' };
  const EXPIRED = { refused: 'jwt_expired' };
  it.each<[what: string, claims: Claims, outcome: object]>([
    ['all claims', {}, ACCEPTED],
    ['no exp, which means 15 minutes', { exp: undefined }, ACCEPTED],
    ['a lifetime of 30 s', { exp: 30 }, ACCEPTED],
    ['a lifetime of 24 h', { exp: 24 * HOUR }, ACCEPTED],
    ['a clock that is 30 s ahead', { iat: 30, exp: 330 }, ACCEPTED],
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
  ])('is accepted, refused or expired by its claims: %s', async (_name, claims, outcome) => {
    expect(await authenticate(`Bearer ${await sign(claims)}`)).toMatchObject(outcome);
  });

  it('is required: every other authorization is refused', async () => {
    const good = await sign();
    const foreign = await sign({}, newApplicationKey().privateKey);
    const unsigned = new UnsecuredJWT({ application_id: 'acme' }).encode();
    const bearers = ['', 'x', `${good} x`, foreign, unsigned].map((token) => `Bearer ${token}`);
    for (const given of [undefined, '', ...bearers, `Token ${good}`, 'Basic eA==']) {
      expect(await authenticate(given)).toEqual(UNAUTHORIZED);
    }
  });
});
