import { createPublicKey } from 'node:crypto';
import { jwtVerify } from 'jose';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  type ApplicationJwt,
  createApplicationJwt,
} from '../../../../../shared/adapters/vonage/application-jwt.ts';
import { type FakeSecrets, fakeSecrets, newApplicationKey } from '../../../../fixtures/secrets.ts';

const key = newApplicationKey();
const APPLICATION_ID = 'aaaaaaaa-bbbb-cccc-dddd-0123456789ab';
const START_MS = Date.parse('2026-03-04T10:15:30.999Z');

let nowMs: number;
let nonces: number;
let secrets: FakeSecrets;
let jwt: ApplicationJwt;

beforeEach(() => {
  nowMs = START_MS;
  nonces = 0;
  secrets = fakeSecrets({ application_id: APPLICATION_ID, private_key: key.privateKey });
  jwt = createApplicationJwt({
    secrets,
    secretId: 'private key',
    clock: { now: () => nowMs },
    random: { nonce: () => `nonce-${++nonces}` },
  });
});

/** Header and claims of a token that this key has signed. */
function read(token: string, publicKey = key.publicKey) {
  return jwtVerify(token, createPublicKey(publicKey), { currentDate: new Date(nowMs) });
}

describe('get', () => {
  it('signs exactly the claims that Vonage asks for', async () => {
    const { protectedHeader, payload } = await read(await jwt.get());
    const iat = Math.floor(START_MS / 1000);
    expect(protectedHeader).toEqual({ alg: 'RS256', typ: 'JWT' });
    const claims = { application_id: APPLICATION_ID, iat, exp: iat + 900, jti: 'nonce-1' };
    expect(payload).toEqual(claims);
  });

  it('signs once for 14 minutes, and reads the secret no more often', async () => {
    const token = await jwt.get();
    nowMs += 838_000;
    expect(await jwt.get()).toBe(token);
    expect(secrets.calls).toEqual({ get: 1, refresh: 0 });
    nowMs += 2_000;
    expect(await jwt.get()).not.toBe(token);
    expect(nonces).toBe(2);
  });

  it('signs once when many ask at once', async () => {
    const tokens = await Promise.all(Array.from({ length: 20 }, () => jwt.get()));
    expect(new Set(tokens).size).toBe(1);
    expect(nonces).toBe(1);
  });
});

describe('renew', () => {
  it('signs with the key that was stored meanwhile', async () => {
    await jwt.get();
    const { privateKey, publicKey } = newApplicationKey();
    // Line breaks that a form has turned into two characters.
    const private_key = privateKey.replaceAll('\n', '\\n');
    secrets.stored = { application_id: 'new', private_key };
    const token = await jwt.renew();
    expect((await read(token, publicKey)).payload).toMatchObject({ application_id: 'new' });
    expect(await jwt.get()).toBe(token);
  });
});

describe('a secret that is not set', () => {
  it.each([
    { application_id: '', private_key: '' },
    { application_id: APPLICATION_ID, private_key: '' },
    { application_id: APPLICATION_ID, private_key: 'no PEM' },
    { application_id: '', private_key: 'no PEM' },
  ])('answers 503, and is read again the next time', async (secret) => {
    const good = secrets.stored;
    secrets.stored = secret;
    await expect(jwt.renew()).rejects.toMatchObject({ code: 'dependency_unavailable' });
    secrets.stored = good;
    await read(await jwt.renew());
  });
});
