/** What the company's own backend can check: a signed statement about a completed verification. */

import type { Channel } from './workflow.ts';

/** For this long after the end a proof is issued, and issued again: answers get lost. */
export const PROOF_WINDOW_MS = 10 * 60_000;

/** The purpose of the token (`typ`): a JWT that was made for anything else is no proof. */
export const PROOF_TYPE = 'silent-auth-proof+jwt';

/** What a proof says about one verification; the signer adds who says it, to whom, and `jti`. */
export interface ProofClaims {
  readonly requestId: string;
  readonly issuedAtSeconds: number;
  readonly expiresAtSeconds: number;
  /** How it was proven; absent while nobody knows for certain which channel delivered the code. */
  readonly channel?: Channel;
  readonly nonce?: string;
  readonly subject?: string;
  readonly phoneNumber?: string;
  readonly email?: string;
}

/** A public key as RFC 7517 writes it; never with a private member. */
export interface PublicKey {
  readonly kty: 'EC';
  readonly crv: 'P-256';
  readonly x: string;
  readonly y: string;
  readonly kid: string;
  readonly alg: 'ES256';
  readonly use: 'sig';
}

export interface ProofSigner {
  /** A compact JWT, ES256. The same verification always gets the same `jti`. */
  readonly sign: (claims: ProofClaims) => Promise<string>;
  /** The key that signs, and another one around a rotation. */
  readonly publicKeys: () => Promise<readonly PublicKey[]>;
}

/** Compares two hashes in a time that depends on their length alone. */
export function isSameHash(one: string, other: string): boolean {
  let difference = one.length ^ other.length;
  for (let index = 0; index < one.length; index++) {
    difference |= one.charCodeAt(index) ^ (other.charCodeAt(index) || 0);
  }
  return difference === 0;
}
