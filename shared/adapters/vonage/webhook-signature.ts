/**
 * Verifies that a webhook comes from Vonage and belongs to our application: checks the HS256 JWT in
 * `Authorization`, and the hash of the body in it, because the signature itself does not cover the
 * body (docs/architecture.md#webhook-verification, protocol §6).
 */

import { createHash, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto';
import { compactVerify, errors } from 'jose';
import { Problem } from '../../domain/errors.ts';
import type { Clock } from '../../domain/ports/clock.ts';
import type { Telemetry } from '../../domain/ports/telemetry.ts';
import { requireField, type Secret, type Secrets } from '../secrets/secret-store.ts';
import { parseWebhookToken, type SignatureFault, type WebhookToken } from './webhook-token.ts';

export interface WebhookVerifier {
  /**
   * Resolves for an authentic webhook. Throws `signature_invalid` with the {@link SignatureFault}
   * as message, or `dependency_unavailable` when it cannot be verified: Vonage then sends it again.
   */
  readonly verify: (authorization: string | undefined, rawBody: Uint8Array) => Promise<void>;
}

export interface WebhookVerifierOptions {
  readonly secrets: Secrets;
  /** Secret `{api_key, application_id, signature_secret, previous_signature_secret?}`. */
  readonly secretId: string;
  readonly clock: Clock;
  /** Counts `WebhookRejected{reason}`. */
  readonly telemetry?: Telemetry;
}

const MIN_SECRET_BYTES = 32;
const MAX_AHEAD_SECONDS = 60;
/** Vonage may sign once and deliver the webhook for a day. */
const MAX_AGE_SECONDS = 24 * 3600;

/** The claims of the signer and the secret. */
interface Trust {
  readonly apiKey: string;
  readonly applicationId: string;
  readonly keys: readonly KeyObject[];
}

export function createWebhookVerifier(options: WebhookVerifierOptions): WebhookVerifier {
  const { secrets, secretId, clock, telemetry } = options;
  const trusted = new WeakMap<Secret, Trust>();
  const toTrust = (secret: Secret): Trust => {
    const known = trusted.get(secret) ?? createTrust(secret);
    trusted.set(secret, known);
    return known;
  };

  const judge = async (
    authorization: string,
    rawBody: Uint8Array,
  ): Promise<SignatureFault | undefined> => {
    const token = parseWebhookToken(authorization);
    if (typeof token === 'string') return token;
    const secret = await secrets.get(secretId);
    let fault = await findForgery(token, toTrust(secret));
    if (fault) {
      // The secret may have been rotated since the last read. Forged webhooks cause at most one read
      // per minute.
      const read = await secrets.refresh(secretId);
      if (read !== secret) fault = await findForgery(token, toTrust(read));
    }
    return fault ?? findFault(token, rawBody, clock.now() / 1000);
  };

  return {
    verify: async (authorization, rawBody) => {
      if (authorization === undefined) {
        telemetry?.measure({ name: 'WebhookRejected', dimensions: { reason: 'unsigned' } });
        throw new Problem('dependency_unavailable', 'a webhook without a signature', {
          causedBySender: true,
        });
      }
      const fault = await judge(authorization, rawBody);
      if (!fault) return;
      telemetry?.measure({ name: 'WebhookRejected', dimensions: { reason: fault } });
      throw new Problem('signature_invalid', fault);
    },
  };
}

/** Faults that a newer secret could resolve: signature, account, application. */
async function findForgery(
  { compact, claims }: WebhookToken,
  { apiKey, applicationId, keys }: Trust,
): Promise<SignatureFault | undefined> {
  const verdicts = await Promise.all(keys.map((key) => isSignedWith(compact, key)));
  if (!verdicts.includes(true)) return 'signature';
  return claims.api_key === apiKey && claims.application_id === applicationId
    ? undefined
    : 'claims';
}

async function isSignedWith(compact: string, key: KeyObject): Promise<boolean> {
  try {
    await compactVerify(compact, key, { algorithms: ['HS256'] });
    return true;
  } catch (error) {
    if (error instanceof errors.JOSEError) return false;
    throw error;
  }
}

/** Faults of a token with a valid signature. */
function findFault(
  { claims }: WebhookToken,
  rawBody: Uint8Array,
  nowSeconds: number,
): SignatureFault | undefined {
  const { iss, iat, exp, nbf, jti, payload_hash: payloadHash } = claims;
  if (iss !== 'Vonage' || typeof jti !== 'string' || jti === '') return 'claims';
  if (!isTime(iat) || !(exp === undefined || isTime(exp)) || !(nbf === undefined || isTime(nbf))) {
    return 'claims';
  }
  const latest = nowSeconds + MAX_AHEAD_SECONDS;
  if (iat > latest || iat < nowSeconds - MAX_AGE_SECONDS) return 'stale';
  if ((exp !== undefined && exp <= nowSeconds) || (nbf !== undefined && nbf > latest)) {
    return 'stale';
  }
  return isHashOf(payloadHash, rawBody) ? undefined : 'payload_hash';
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

/** Lower-case hex of the SHA-256 of the bytes as they arrived, compared in constant time. */
function isHashOf(payloadHash: unknown, rawBody: Uint8Array): boolean {
  if (typeof payloadHash !== 'string') return false;
  const expected = Buffer.from(createHash('sha256').update(rawBody).digest('hex'));
  const given = Buffer.from(payloadHash);
  return given.byteLength === expected.byteLength && timingSafeEqual(given, expected);
}

/** A weak secret is refused like a missing one, because an attacker could guess it. */
function createTrust(secret: Secret): Trust {
  const { previous_signature_secret: previous } = secret;
  const signatureSecrets = [
    requireField(secret, 'signature_secret'),
    ...(previous ? [previous] : []),
  ];
  if (signatureSecrets.some((value) => Buffer.byteLength(value) < MIN_SECRET_BYTES)) {
    throw new Problem('dependency_unavailable', 'a signature secret is shorter than 32 bytes', {
      secretNotSet: true,
    });
  }
  return {
    apiKey: requireField(secret, 'api_key'),
    applicationId: requireField(secret, 'application_id'),
    keys: signatureSecrets.map((value) => createSecretKey(Buffer.from(value))),
  };
}
