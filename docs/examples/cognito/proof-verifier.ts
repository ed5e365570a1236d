/** Checks proofs with the published keys, as docs/proof.md tells every consumer to do. */

import { createRemoteJWKSet, errors, type JWTPayload, jwtVerify } from 'jose';

/** What a sign-in needs of a proof. */
export interface ProofClaims {
  readonly jti: string;
  readonly nonce: string;
  readonly phoneNumber?: string;
}

/** `undefined` for anything but a valid proof; rejects when the public keys cannot be read. */
export type VerifyProof = (proof: string) => Promise<ProofClaims | undefined>;

export interface ProofVerifierOptions {
  /** `iss`; the keys are at `/.well-known/jwks.json` of it. */
  readonly issuer: string;
  readonly audience: string;
}

/** Cognito waits 5 s for a trigger. */
const KEYS_TIMEOUT_MS = 2000;

/** Faults of the token itself; any other error is ours or the network's. */
const FAULTS = [
  errors.JWTClaimValidationFailed,
  errors.JWTExpired,
  errors.JWTInvalid,
  errors.JWSInvalid,
  errors.JWSSignatureVerificationFailed,
  errors.JOSEAlgNotAllowed,
  errors.JOSENotSupported,
  errors.JWKSNoMatchingKey,
  errors.JWKSMultipleMatchingKeys,
];

export function createProofVerifier({ issuer, audience }: ProofVerifierOptions): VerifyProof {
  const keys = createRemoteJWKSet(new URL('/.well-known/jwks.json', issuer), {
    timeoutDuration: KEYS_TIMEOUT_MS,
    cacheMaxAge: 300_000,
  });
  return async (proof) => {
    try {
      const { payload } = await jwtVerify(proof, keys, {
        algorithms: ['ES256'],
        typ: 'silent-auth-proof+jwt',
        issuer,
        audience,
        requiredClaims: ['iat', 'exp', 'jti', 'nonce'],
      });
      return toClaims(payload);
    } catch (error) {
      if (FAULTS.some((fault) => error instanceof fault)) return undefined;
      throw error;
    }
  };
}

function toClaims({ jti, nonce, phone_number: phoneNumber }: JWTPayload): ProofClaims | undefined {
  if (jti === undefined || typeof nonce !== 'string') return undefined;
  return {
    jti,
    nonce,
    ...(typeof phoneNumber === 'string' && { phoneNumber }),
  };
}
