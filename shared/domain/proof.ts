/** What your backend can verify: a signed statement about a completed verification. */

import type { Channel } from './workflow.ts';

/** For this long after the end a proof is issued, and issued again: answers get lost. */
export const PROOF_WINDOW_MS = 10 * 60_000;

/** The purpose of the token (`typ`): a JWT with another purpose is not a proof. */
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
