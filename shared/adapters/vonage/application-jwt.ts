/** The RS256 JWT that authorizes our calls to Vonage (protocol §4); one JWT serves many calls. */

import { createPrivateKey, type KeyObject } from 'node:crypto';
import { CompactSign } from 'jose';
import { Problem } from '../../domain/errors.ts';
import type { Clock } from '../../domain/ports/clock.ts';
import type { Random } from '../../domain/ports/random.ts';
import { requireField, type Secret, type Secrets } from '../secrets/secret-store.ts';

export interface ApplicationJwt {
  /** Returns the cached JWT; a warm request signs nothing. */
  readonly get: () => Promise<string>;
  /**
   * After a 401: reads the private key again, within the limits of the secret store, and signs
   * again.
   */
  readonly renew: () => Promise<string>;
}

export interface ApplicationJwtOptions {
  readonly secrets: Secrets;
  /** Secret `{application_id, private_key}`. */
  readonly secretId: string;
  readonly clock: Clock;
  /** Makes `jti`. */
  readonly random: Pick<Random, 'nonce'>;
}

const LIFETIME_SECONDS = 900;
const RENEW_BEFORE_MS = 60_000;

interface Signed {
  readonly token: string;
  readonly expiresAtMs: number;
}

export function createApplicationJwt(options: ApplicationJwtOptions): ApplicationJwt {
  const { secrets, secretId, clock } = options;
  let signed: Signed | undefined;
  let signing: Promise<Signed> | undefined;

  const begin = async (read: Promise<Secret>): Promise<Signed> => sign(await read, options);

  /** A newer attempt replaces an older one, because it read the secret later. */
  const finish = async (attempt: Promise<Signed>): Promise<string> => {
    signing = attempt;
    try {
      signed = await attempt;
      return signed.token;
    } finally {
      if (signing === attempt) signing = undefined;
    }
  };

  return {
    get: async () =>
      signed && clock.now() < signed.expiresAtMs - RENEW_BEFORE_MS
        ? signed.token
        : finish(signing ?? begin(secrets.get(secretId))),
    renew: async () => finish(begin(secrets.refresh(secretId))),
  };
}

/**
 * `iat` is now, rounded down, and there is no `nbf`: Vonage's clock tolerance is not known.
 * `CompactSign` instead of `SignJWT`, whose checks of claims are 1.7 KB of every bundle.
 */
async function sign(secret: Secret, { clock, random }: ApplicationJwtOptions): Promise<Signed> {
  const issuedAtSeconds = Math.floor(clock.now() / 1000);
  const expiresAtSeconds = issuedAtSeconds + LIFETIME_SECONDS;
  const claims = {
    application_id: requireField(secret, 'application_id'),
    iat: issuedAtSeconds,
    exp: expiresAtSeconds,
    jti: random.nonce(),
  };
  const token = await new CompactSign(Buffer.from(JSON.stringify(claims)))
    .setProtectedHeader({ alg: 'RS256', typ: 'JWT' })
    .sign(parsePrivateKey(requireField(secret, 'private_key')));
  return { token, expiresAtMs: expiresAtSeconds * 1000 };
}

/** PEM; a secret pasted into a form may hold `\n` instead of line breaks. */
function parsePrivateKey(pem: string): KeyObject {
  try {
    return createPrivateKey(pem.replaceAll('\\n', '\n'));
  } catch (error) {
    throw new Problem(
      'dependency_unavailable',
      'the private key cannot be read',
      { secretNotSet: true },
      { cause: error },
    );
  }
}
