import { createHash, createHmac, hkdfSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  hashClientToken,
  parseClientToken,
} from '../../../../../shared/adapters/secrets/client-token.ts';
import { createKeys, type Keys } from '../../../../../shared/adapters/secrets/keys.ts';
import type { Secret } from '../../../../../shared/adapters/secrets/secret-store.ts';
import { type FakeSecrets, fakeSecrets } from '../../../../fixtures/secrets.ts';

const SECRET = { guard_key: 'guard key', token_key: 'token key', identity_key: 'identity key' };

function keysOf(secret: Secret): { keys: Keys; secrets: FakeSecrets } {
  const secrets = fakeSecrets(secret);
  return { keys: createKeys({ secrets, secretId: 'keys' }), secrets };
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

const UNAVAILABLE = { code: 'dependency_unavailable' };
/** The token of `derive('request-1', 'key')`, by its key. */
const tokenBy = (key: string | Buffer): string =>
  `request-1.${hmac(key, '["client_token","request-1","key"]').toString('base64url')}`;

describe('tokens', () => {
  it('derives the token that docs/architecture.md describes', async () => {
    const { tokens } = keysOf(SECRET).keys;
    const { token, hash } = await tokens.derive('request-1', 'key');
    expect(token).toBe(tokenBy('token key'));
    expect(Buffer.from(hash)).toEqual(createHash('sha256').update(token).digest());
    expect(parseClientToken(token)).toEqual({ requestId: 'request-1', hash });
  });

  it('derives an earlier token after a rotation', async () => {
    const { tokens } = keysOf(SECRET).keys;
    const keyId = await tokens.currentKeyId();
    expect(keyId).toBe(createHash('sha256').update('key-id:token key').digest('hex').slice(0, 8));
    const before = await tokens.derive('request-1', 'key', keyId);
    const rotated = keysOf({ ...SECRET, token_key: 'new', previous_token_key: 'token key' }).keys;
    expect(await rotated.tokens.derive('request-1', 'key', keyId)).toEqual(before);
    expect(await rotated.tokens.currentKeyId()).not.toBe(keyId);
  });

  it('reads the secret again for a key that it does not know yet', async () => {
    const { keys, secrets } = keysOf(SECRET);
    secrets.stored = { ...SECRET, token_key: 'new', previous_token_key: 'token key' };
    const newId = await keysOf(secrets.stored).keys.tokens.currentKeyId();
    const { token } = await keys.tokens.derive('request-1', 'key', newId);
    expect(token).toBe(tokenBy('new'));
    expect(secrets.calls.refresh).toBe(1);
  });

  it('answers 503 for a key that is gone', async () => {
    const { tokens } = keysOf(SECRET).keys;
    const derived = tokens.derive('request-1', 'key', 'ffffffff');
    await expect(derived).rejects.toMatchObject(UNAVAILABLE);
  });

  it('makes a client_ref that Vonage accepts and nobody can trace back', async () => {
    const clientRef = await keysOf(SECRET).keys.tokens.clientRef('key');
    expect(clientRef).toMatch(/^[0-9a-f]{32}$/);
    const expected = hmac('guard key', '["client_ref","key"]').toString('hex');
    expect(clientRef).toBe(expected.slice(0, 32));
  });
});

describe('identities and guardHmac', () => {
  it('hash with their own keys; no two lists of parts have one text', async () => {
    const { identities, guardHmac } = keysOf(SECRET).keys;
    const hash = hmac('identity key', '["phone_number","+49151"]').toString('base64url');
    expect(await identities.hash('phone_number', '+49151')).toBe(hash);
    expect(await guardHmac(['a', 'bc'])).toEqual(hmac('guard key', '["a","bc"]'));
  });
});

describe('the secret', () => {
  const derived = (name: string): Buffer => Buffer.from(hkdfSync('sha256', 'master', '', name, 32));

  it('may hold one key from which the three are derived', async () => {
    const unset = { guard_key: '', token_key: '', identity_key: '' };
    const { keys } = keysOf({ master_key: 'master', ...unset });
    expect(await keys.guardHmac(['a'])).toEqual(hmac(derived('guard_key'), '["a"]'));
    const hash = hmac(derived('identity_key'), '["email","a"]').toString('base64url');
    expect(await keys.identities.hash('email', 'a')).toBe(hash);
    const { token } = await keys.tokens.derive('request-1', 'key');
    expect(token).toBe(tokenBy(derived('token_key')));
  });

  it('prefers the three keys where they are set', async () => {
    const { guardHmac } = keysOf({ ...SECRET, master_key: 'master' }).keys;
    expect(await guardHmac(['a'])).toEqual(hmac('guard key', '["a"]'));
  });

  it.each([
    {},
    { guard_key: '', token_key: '', identity_key: '' },
    { guard_key: 'guard key', token_key: '', identity_key: 'identity key' },
    { guard_key: 'guard key', master_key: 'master' },
  ])('answers 503 while it is not set: %j', async (secret) => {
    await expect(keysOf(secret).keys.guardHmac(['a'])).rejects.toMatchObject(UNAVAILABLE);
  });
});

describe('parseClientToken', () => {
  const bearer = `${'A'.repeat(42)}A`;

  it('takes the part before the dot as the request_id', () => {
    const token = `5b0d1c9e-6c1e.${bearer}`;
    const hash = hashClientToken(token);
    expect(parseClientToken(token)).toEqual({ requestId: '5b0d1c9e-6c1e', hash });
  });

  it.each([
    '',
    '.',
    bearer,
    `.${bearer}`,
    `request.${bearer}.`,
    `request.${bearer}A`,
    `request.${bearer.slice(1)}`,
    `request.${'A'.repeat(42)}B`,
    `request.${'A'.repeat(42)}=`,
    `request.${'+'.repeat(42)}A`,
    ` request.${bearer}`,
    `request.${bearer}\n`,
    `re_quest.${bearer}`,
    `re.quest.${bearer}`,
    `requ\u00e9st.${bearer}`,
    `${'r'.repeat(65)}.${bearer}`,
  ])('refuses %j', (text) => {
    expect(parseClientToken(text)).toBeUndefined();
  });
});
