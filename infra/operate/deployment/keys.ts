/** Checks and compares operators' keys without showing them. */

import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
} from 'node:crypto';

/**
 * Vonage signs with HMAC-SHA-256: a secret under 32 bytes could be guessed, and the functions
 * refuse it.
 */
export const MIN_SIGNATURE_SECRET_BYTES = 32;

/** @returns what is wrong with it, or undefined */
export function faultOfPrivateKey(pem: string): string | undefined {
  const key = parsePrivateKey(pem);
  if (!key) return 'the private key is not a private key in PEM';
  return key.asymmetricKeyType === 'rsa' ? undefined : 'the private key is not an RSA key';
}

/** @returns what is wrong with it, or undefined */
export function faultOfProofKey(pem: string): string | undefined {
  const key = parsePrivateKey(pem);
  const curve = key?.asymmetricKeyDetails?.namedCurve;
  return curve === 'prime256v1' ? undefined : 'the proof key is not a private key on P-256';
}

/** @returns what is wrong with it, or undefined */
export function faultOfSignatureSecret(secret: string): string | undefined {
  return Buffer.byteLength(secret) >= MIN_SIGNATURE_SECRET_BYTES
    ? undefined
    : `the signature secret is shorter than ${MIN_SIGNATURE_SECRET_BYTES} bytes`;
}

/** @throws for a text that is not a private key; check it first */
export function toPrivateKey(pem: string): KeyObject {
  return createPrivateKey(toPem(pem));
}

export function isPair(privatePem: string, publicPem: string): boolean {
  const own = parsePrivateKey(privatePem);
  return own !== undefined && toSpki(createPublicKey(own)) === publicPem.trim();
}

/** SPKI, PEM. */
export function publicKeyOf(privatePem: string): string {
  return toSpki(createPublicKey(toPem(privatePem)));
}

/** Creates a key of the kind that Vonage's applications sign with: RSA, PKCS #8, PEM. */
export function createApplicationKey(): string {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

/** Creates a key on P-256: PKCS #8, PEM. */
export function createProofKey(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

function parsePrivateKey(pem: string): KeyObject | undefined {
  try {
    return toPrivateKey(pem);
  } catch {
    return undefined;
  }
}

function toSpki(key: KeyObject): string {
  return key.export({ type: 'spki', format: 'pem' }).toString().trim();
}

/**
 * Accepts `\n` instead of line breaks, as the functions do, because secrets are often pasted that
 * way.
 */
function toPem(text: string): string {
  return text.replaceAll('\\n', '\n');
}
