/** Signs proofs and publishes the keys that check them. */

import type { ProofClaims } from '../proof.ts';

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
