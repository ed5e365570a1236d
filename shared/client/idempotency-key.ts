/** The secret that makes a start repeatable: 192 random bits, 48 characters of the contract's alphabet. */

const BYTES = 24;

/**
 * @throws Error where `crypto.getRandomValues` is missing, because guessable keys would be worse
 * than none
 */
export function createIdempotencyKey(): string {
  const bytes = globalThis.crypto?.getRandomValues?.(new Uint8Array(BYTES));
  if (!bytes) throw new Error('crypto.getRandomValues is missing: add a polyfill');
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
