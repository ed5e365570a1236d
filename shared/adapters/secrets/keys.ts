/** Values derived from our three keys: tokens, keyed hashes, keys of the table `Guards`. */

import { createHash, createHmac, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';
import { Problem } from '../../domain/errors.ts';
import type { Identities, Tokens } from '../../domain/ports/tokens.ts';
import { hashClientToken } from './client-token.ts';
import { requireField, type Secret, type Secrets } from './secret-store.ts';

export interface Keys {
  /** HMAC-SHA-256 with `guard_key` over the parts as a JSON array. */
  readonly guardHmac: (parts: readonly string[]) => Promise<Buffer>;
  readonly tokens: Tokens;
  readonly identities: Identities;
}

export interface KeysOptions {
  readonly secrets: Secrets;
  /** Secret `{guard_key, token_key, identity_key, previous_token_key?}` or `{master_key}`. */
  readonly secretId: string;
}

type KeyName = 'guard_key' | 'token_key' | 'identity_key';
const KEY_NAMES: readonly KeyName[] = ['guard_key', 'token_key', 'identity_key'];

/**
 * Key objects instead of bytes: with bytes, every HMAC in Node checks the type by throwing an
 * exception.
 */
type KeySet = Readonly<Record<KeyName, KeyObject>> & { readonly tokenKeys: readonly TokenKey[] };

interface TokenKey {
  readonly id: string;
  readonly key: KeyObject;
}

export function createKeys({ secrets, secretId }: KeysOptions): Keys {
  const derived = new WeakMap<Secret, KeySet>();
  const toKeys = (secret: Secret): KeySet => {
    const known = derived.get(secret) ?? deriveKeys(secret);
    derived.set(secret, known);
    return known;
  };
  const keys = async (): Promise<KeySet> => toKeys(await secrets.get(secretId));

  /** An instance may hold keys from before a rotation, so an unknown id causes a second read. */
  const tokenKey = async (id: string | undefined): Promise<KeyObject> => {
    const { token_key: current, tokenKeys } = await keys();
    if (id === undefined) return current;
    const known = tokenKeys.find((candidate) => candidate.id === id);
    if (known) return known.key;
    const read = toKeys(await secrets.refresh(secretId));
    const found = read.tokenKeys.find((candidate) => candidate.id === id);
    if (found) return found.key;
    throw new Problem(
      'dependency_unavailable',
      'the token key of this start is not there any more',
    );
  };

  const guardHmac = async (parts: readonly string[]): Promise<Buffer> =>
    hmac((await keys()).guard_key, parts);

  return {
    guardHmac,
    tokens: {
      derive: async (requestId, idempotencyKey, tokenKeyId) => {
        const key = await tokenKey(tokenKeyId);
        const bearer = hmac(key, ['client_token', requestId, idempotencyKey]);
        const token = `${requestId}.${bearer.toString('base64url')}`;
        return { token, hash: hashClientToken(token) };
      },
      currentKeyId: async () => keyId((await keys()).token_key),
      clientRef: async (idempotencyKey) =>
        (await guardHmac(['client_ref', idempotencyKey])).toString('hex').slice(0, 32),
    },
    identities: {
      hash: async (kind, value) =>
        hmac((await keys()).identity_key, [kind, value]).toString('base64url'),
    },
  };
}

function deriveKeys(secret: Secret): KeySet {
  const master = secret.master_key;
  const isDerived = Boolean(master) && KEY_NAMES.every((name) => !secret[name]);
  const get = (name: KeyName): KeyObject =>
    createSecretKey(
      isDerived && master
        ? Buffer.from(hkdfSync('sha256', master, '', name, 32))
        : Buffer.from(requireField(secret, name)),
    );
  const current = get('token_key');
  const { previous_token_key: text } = secret;
  const previous = text ? [createSecretKey(Buffer.from(text))] : [];
  return {
    guard_key: get('guard_key'),
    token_key: current,
    identity_key: get('identity_key'),
    tokenKeys: [current, ...previous].map((key) => ({ id: keyId(key), key })),
  };
}

/** Identifies a key without revealing it. */
function keyId(key: KeyObject): string {
  return createHash('sha256').update('key-id:').update(key.export()).digest('hex').slice(0, 8);
}

function hmac(key: KeyObject, parts: readonly string[]): Buffer {
  return createHmac('sha256', key).update(JSON.stringify(parts)).digest();
}
