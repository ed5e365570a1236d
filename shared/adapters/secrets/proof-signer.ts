/**
 * Signs the proofs with ES256 and publishes the keys that verify them (docs/architecture.md#proof).
 */

import { createHash, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { calculateJwkThumbprint, SignJWT } from 'jose';
import type { ProofSettings } from '../../config.ts';
import { Problem } from '../../domain/errors.ts';
import type { ProofSigner, PublicKey } from '../../domain/ports/proof-signer.ts';
import { PROOF_TYPE, type ProofClaims } from '../../domain/proof.ts';
import { requireField, type Secret, type Secrets } from './secret-store.ts';

export interface ProofSignerOptions {
  readonly secrets: Secrets;
  /** Secret `{private_key, kid?, previous_public_key?, previous_kid?}`: PKCS #8 and SPKI, PEM. */
  readonly secretId: string;
  /** `iss`: origin of the published keys. */
  readonly issuer: string;
  readonly settings: Pick<ProofSettings, 'audience'>;
}

const RETRY_AFTER_SECONDS = 5;

interface Keys {
  readonly privateKey: KeyObject;
  readonly kid: string;
  readonly published: readonly PublicKey[];
}

export function createProofSigner(options: ProofSignerOptions): ProofSigner {
  const { secrets, secretId } = options;
  const parsed = new WeakMap<Secret, Promise<Keys>>();
  const keys = async (): Promise<Keys> => {
    const secret = await secrets.get(secretId);
    const known = parsed.get(secret) ?? parseKeys(secret);
    parsed.set(secret, known);
    return known;
  };
  return {
    sign: async (claims) => {
      const { privateKey, kid } = await keys();
      return new SignJWT(toPayload(claims, options))
        .setProtectedHeader({ alg: 'ES256', typ: PROOF_TYPE, kid })
        .sign(privateKey);
    },
    publicKeys: async () => (await keys()).published,
  };
}

function toPayload(
  claims: ProofClaims,
  { issuer, settings }: ProofSignerOptions,
): Readonly<Record<string, unknown>> {
  const { requestId, channel, nonce, subject, phoneNumber, email } = claims;
  return {
    iss: issuer,
    aud: settings.audience,
    iat: claims.issuedAtSeconds,
    exp: claims.expiresAtSeconds,
    jti: jtiOf(requestId),
    request_id: requestId,
    amr: channel === undefined ? [] : [channel],
    ...(nonce !== undefined && { nonce }),
    ...(subject !== undefined && { sub: subject }),
    ...(phoneNumber !== undefined && { phone_number: phoneNumber }),
    ...(email !== undefined && { email }),
  };
}

/** Derived from the verification alone, so a key rotation does not change it. */
function jtiOf(requestId: string): string {
  return createHash('sha256').update(`silent-auth-proof:${requestId}`).digest('base64url');
}

async function parseKeys(secret: Secret): Promise<Keys> {
  const privatePem = requireField(secret, 'private_key');
  const privateKey = parseKey(() => createPrivateKey(pem(privatePem)));
  const current = await toPublicKey(createPublicKey(privateKey), secret.kid);
  const { previous_public_key: previousPem } = secret;
  const previous = previousPem
    ? await toPublicKey(
        parseKey(() => createPublicKey(pem(previousPem))),
        secret.previous_kid,
      )
    : undefined;
  const isOther = previous && previous.x !== current.x && previous.kid !== current.kid;
  return { privateKey, kid: current.kid, published: isOther ? [current, previous] : [current] };
}

/** Publishes only the members that are named here. */
async function toPublicKey(key: KeyObject, kid: string | undefined): Promise<PublicKey> {
  const { kty, crv, x, y } = key.export({ format: 'jwk' });
  if (kty !== 'EC' || crv !== 'P-256' || x === undefined || y === undefined) {
    throw unusable('a proof key is not on the curve P-256');
  }
  const published = { kty, crv, x, y } as const;
  return {
    ...published,
    kid: kid || (await calculateJwkThumbprint(published)),
    alg: 'ES256',
    use: 'sig',
  };
}

/** A secret pasted into a form may hold `\n` instead of line breaks. */
function pem(text: string): string {
  return text.replaceAll('\\n', '\n');
}

function parseKey(parse: () => KeyObject): KeyObject {
  try {
    return parse();
  } catch (cause) {
    throw unusable('a proof key cannot be read', { cause });
  }
}

/** A key that cannot be used; an operator has to correct the secret. */
function unusable(message: string, options?: ErrorOptions): Problem {
  const members = { retryAfterSeconds: RETRY_AFTER_SECONDS, secretNotSet: true } as const;
  return new Problem('dependency_unavailable', message, members, options);
}
