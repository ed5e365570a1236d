import { verify } from 'node:crypto';
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
    random: {
      nonce: () => {
        nonces += 1;
        return `nonce-${nonces}`;
      },
    },
  });
});

function decode(token: string): { header: unknown; claims: unknown } {
  const [header = '', claims = ''] = token.split('.');
  const parse = (text: string): unknown => JSON.parse(Buffer.from(text, 'base64url').toString());
  return { header: parse(header), claims: parse(claims) };
}

function isSignedBy(token: string, publicKey: string): boolean {
  const cut = token.lastIndexOf('.');
  const signature = Buffer.from(token.slice(cut + 1), 'base64url');
  return verify('sha256', Buffer.from(token.slice(0, cut)), publicKey, signature);
}

describe('get', () => {
  it('signs exactly the claims that Vonage asks for', async () => {
    const token = await jwt.get();
    const iat = Math.floor(START_MS / 1000);
    expect(decode(token)).toEqual({
      header: { alg: 'RS256', typ: 'JWT' },
      claims: { application_id: APPLICATION_ID, iat, exp: iat + 900, jti: 'nonce-1' },
    });
    expect(isSignedBy(token, key.publicKey)).toBe(true);
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

  it('reads a key whose line breaks were pasted as two characters', async () => {
    const pasted = key.privateKey.replaceAll('\n', '\\n');
    secrets.stored = { application_id: APPLICATION_ID, private_key: pasted };
    expect(isSignedBy(await jwt.renew(), key.publicKey)).toBe(true);
  });
});

describe('renew', () => {
  it('signs with the key that was stored meanwhile', async () => {
    await jwt.get();
    const rotated = newApplicationKey();
    secrets.stored = { application_id: 'new', private_key: rotated.privateKey };
    const token = await jwt.renew();
    expect(isSignedBy(token, rotated.publicKey)).toBe(true);
    expect(decode(token).claims).toMatchObject({ application_id: 'new' });
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
    expect(isSignedBy(await jwt.renew(), key.publicKey)).toBe(true);
  });
});
