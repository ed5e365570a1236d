import { generateKeyPairSync } from 'node:crypto';
import { UnsecuredJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  createHarness,
  expectContract,
  type Harness,
  send,
  signApplicationJwt,
} from './harness.ts';

let vonage: Harness;
beforeAll(async () => {
  vonage = await createHarness();
});
afterAll(() => vonage[Symbol.asyncDispose]());

const now = Math.floor(Date.now() / 1000);
const UNAUTHORIZED = 'You did not provide correct credentials.';
const EXPIRED = 'The JWT provided has expired.';

/** What the simulator says of a token: 404 means that it let the caller in. */
async function ask(authorization?: string): Promise<{ status: number; detail: unknown }> {
  const headers = authorization === undefined ? {} : { authorization };
  const url = `${vonage.url}/v2/verify/no-such-request`;
  const answered = await send(url, 'POST', headers, { code: '1234' });
  expectContract('check', answered);
  return { status: answered.status, detail: answered.json.detail };
}

describe('the application JWT', () => {
  it.each<[string, Record<string, unknown>]>([
    ['all claims', {}],
    ['no exp, which means 15 minutes', { exp: undefined }],
    ['30 s of life', { iat: now, exp: now + 30 }],
    ['24 h of life', { iat: now, exp: now + 86_400 }],
    ['a clock a little ahead', { iat: now + 30, exp: now + 330 }],
  ])('lets in with %s', async (_name, claims) => {
    expect((await ask(`Bearer ${await signApplicationJwt(claims)}`)).status).toBe(404);
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['another application', { application_id: 'other' }, UNAUTHORIZED],
    ['no application', { application_id: undefined }, UNAUTHORIZED],
    ['no iat', { iat: undefined }, UNAUTHORIZED],
    ['an iat of tomorrow', { iat: now + 86_400, exp: now + 87_000 }, UNAUTHORIZED],
    ['no jti', { jti: undefined }, UNAUTHORIZED],
    ['10 s of life', { exp: now + 10 }, UNAUTHORIZED],
    ['more than 24 h of life', { exp: now + 86_460 }, UNAUTHORIZED],
    ['an nbf to come', { nbf: now + 600 }, UNAUTHORIZED],
    ['a past exp', { iat: now - 600, exp: now - 60 }, EXPIRED],
    ['no exp and an iat of 16 minutes ago', { iat: now - 960, exp: undefined }, EXPIRED],
  ])('is refused with %s', async (_name, claims, detail) => {
    const answered = await ask(`Bearer ${await signApplicationJwt(claims)}`);
    expect(answered).toEqual({ status: 401, detail });
  });

  it('is refused when it is none', async () => {
    const other = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    });
    const foreign = await signApplicationJwt({}, other.privateKey);
    const unsigned = new UnsecuredJWT({ application_id: 'x' }).encode();
    const good = await signApplicationJwt();
    for (const given of [
      undefined,
      '',
      'Bearer',
      'Bearer x',
      `Bearer ${good} x`,
      `Bearer ${foreign}`,
      `Bearer ${unsigned}`,
      `Token ${good}`,
      'Basic eA==',
    ]) {
      expect((await ask(given)).status).toBe(401);
    }
  });
});
