import { calculateJwkThumbprint, createLocalJWKSet, jwtVerify } from 'jose';
import { describe, expect, it } from 'vitest';
import { createProofSigner } from '../../../../../shared/adapters/secrets/proof-signer.ts';
import type { Secret } from '../../../../../shared/adapters/secrets/secret-store.ts';
import type { ProofSigner } from '../../../../../shared/domain/ports/proof-signer.ts';
import { AUDIENCE, ISSUER, newProofKey, xOf } from '../../../../fixtures/proofs.ts';
import { fakeSecrets, newApplicationKey } from '../../../../fixtures/secrets.ts';

const CLAIMS = {
  requestId: 'request-1',
  channel: 'silent_auth',
  issuedAtSeconds: 1_800_000_000,
  expiresAtSeconds: 1_800_000_120,
} as const;
const CURRENT = newProofKey();
const OTHER = newProofKey();
const ANNOUNCED = { private_key: CURRENT.privateKey, previous_public_key: OTHER.publicKey };

function signerOf(secret: Secret): ProofSigner {
  return createProofSigner({
    secrets: fakeSecrets(secret),
    secretId: 'proof',
    issuer: ISSUER,
    settings: { audience: AUDIENCE },
  });
}

function verify(proof: string, keys: Awaited<ReturnType<ProofSigner['publicKeys']>>) {
  return jwtVerify(proof, createLocalJWKSet({ keys: keys.map((key) => ({ ...key })) }), {
    algorithms: ['ES256'],
    typ: 'silent-auth-proof+jwt',
    issuer: ISSUER,
    audience: AUDIENCE,
    currentDate: new Date(CLAIMS.issuedAtSeconds * 1000),
  });
}

describe('proof signer', () => {
  it('signs what its own public keys verify', async () => {
    // Line breaks that a form has turned into two characters.
    const private_key = CURRENT.privateKey.replaceAll('\n', '\\n');
    const signer = signerOf({ private_key, kid: 'key-1' });
    const proof = await signer.sign({ ...CLAIMS, subject: 'user-1', phoneNumber: '+447700900000' });
    const { payload, protectedHeader } = await verify(proof, await signer.publicKeys());
    expect(protectedHeader).toEqual({ alg: 'ES256', typ: 'silent-auth-proof+jwt', kid: 'key-1' });
    expect(payload).toEqual({
      iss: ISSUER,
      aud: AUDIENCE,
      iat: CLAIMS.issuedAtSeconds,
      exp: CLAIMS.expiresAtSeconds,
      jti: expect.any(String),
      request_id: 'request-1',
      amr: ['silent_auth'],
      sub: 'user-1',
      phone_number: '+447700900000',
    });
  });

  it('publishes the current key and the other one, and nothing private', async () => {
    const signer = signerOf({ ...ANNOUNCED, kid: 'key-2', previous_kid: 'key-1' });
    const shared = { kty: 'EC', crv: 'P-256', alg: 'ES256', use: 'sig', y: expect.any(String) };
    expect(await signer.publicKeys()).toEqual([
      { ...shared, kid: 'key-2', x: xOf(CURRENT.publicKey) },
      { ...shared, kid: 'key-1', x: xOf(OTHER.publicKey) },
    ]);
  });

  it('names a key by its RFC 7638 thumbprint where the secret has no name for it', async () => {
    const signer = signerOf({ ...ANNOUNCED, kid: '' });
    const keys = await signer.publicKeys();
    for (const { kid, kty, crv, x, y } of keys) {
      expect(kid).toBe(await calculateJwkThumbprint({ kty, crv, x, y }));
    }
    await verify(await signer.sign(CLAIMS), keys);
  });

  it('goes on verifying across a rotation, before and after it', async () => {
    const announced = signerOf(ANNOUNCED);
    const previous_public_key = CURRENT.publicKey;
    const rotated = signerOf({ private_key: OTHER.privateKey, previous_public_key });
    for (const signer of [announced, rotated]) {
      for (const { publicKeys } of [announced, rotated]) {
        await verify(await signer.sign(CLAIMS), await publicKeys());
      }
    }
  });

  it('keeps the jti of a verification across a rotation, and has another for every other', async () => {
    const jtiOf = async (privateKey: string, requestId: string): Promise<unknown> => {
      const signer = signerOf({ private_key: privateKey });
      const proof = await signer.sign({ ...CLAIMS, requestId });
      return (await verify(proof, await signer.publicKeys())).payload.jti;
    };
    const jti = await jtiOf(CURRENT.privateKey, 'request-1');
    expect(await jtiOf(OTHER.privateKey, 'request-1')).toBe(jti);
    expect(await jtiOf(CURRENT.privateKey, 'request-2')).not.toBe(jti);
  });

  it('publishes one key once', async () => {
    const twice = { private_key: CURRENT.privateKey, previous_public_key: CURRENT.publicKey };
    expect(await signerOf(twice).publicKeys()).toHaveLength(1);
  });

  it.each<[string, Secret]>([
    ['an empty one', { private_key: '' }],
    ['no key at all', { private_key: 'not a key' }],
    ['a key of another curve', { private_key: newProofKey('P-384').privateKey }],
    ['an RSA key', { private_key: newApplicationKey().privateKey }],
    ['a broken other key', { ...ANNOUNCED, previous_public_key: 'x' }],
  ])('is not available with %s, and tells nothing of it', async (_what, secret) => {
    const signer = signerOf(secret);
    const failure = { code: 'dependency_unavailable', members: { retryAfterSeconds: 5 } };
    await expect(signer.sign(CLAIMS)).rejects.toMatchObject(failure);
    await expect(signer.publicKeys()).rejects.toMatchObject(failure);
  });
});
