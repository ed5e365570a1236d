/** A signed statement about a completed verification that your backend can verify. */

import type { Channel } from './workflow.ts';

/** Proofs are issued for this long after the end, repeatedly, because answers get lost. */
export const PROOF_WINDOW_MS = 10 * 60_000;

/** The purpose of the token (`typ`): a JWT with another purpose is not a proof. */
export const PROOF_TYPE = 'silent-auth-proof+jwt';

/** The claims about one verification; the signer adds issuer, audience and `jti`. */
export interface ProofClaims {
  readonly requestId: string;
  readonly issuedAtSeconds: number;
  readonly expiresAtSeconds: number;
  /** How it was proven; absent while it is uncertain which channel delivered the code. */
  readonly channel?: Channel;
  readonly nonce?: string;
  readonly subject?: string;
  readonly phoneNumber?: string;
  readonly email?: string;
}
