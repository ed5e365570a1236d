/** Your backend in the demo: it knows only the public keys and trusts no app. */
import { randomBytes } from 'node:crypto';
import { createRemoteJWKSet, type JWTPayload, jwtVerify } from 'jose';

/** `proof.audience` of the stage. */
const AUDIENCE = 'silent-auth-consumer';

/** Message for a proof that was already spent. */
export const SPENT = 'its jti was already used';

export interface Company {
  /** Created for one sign-in; the app passes it to `/start`, and only the proof returns it. */
  readonly nonce: string;
  /**
   * Verifies and spends a proof of this sign-in; returns its claims and throws for any other proof.
   */
  accept(proof: string): Promise<JWTPayload>;
}

export function createCompany(issuer: string): Company {
  const nonce = randomBytes(24).toString('base64url');
  const keys = createRemoteJWKSet(new URL('/.well-known/jwks.json', issuer));
  const spent = new Set<string>();
  return {
    nonce,
    async accept(proof) {
      const { payload } = await jwtVerify(proof, keys, {
        algorithms: ['ES256'],
        typ: 'silent-auth-proof+jwt',
        issuer,
        audience: AUDIENCE,
        requiredClaims: ['iat', 'exp', 'jti', 'request_id'],
      });
      const { jti = '' } = payload;
      if (payload.nonce !== nonce) throw new Error('the proof belongs to another sign-in');
      if (spent.has(jti)) throw new Error(SPENT);
      spent.add(jti);
      return payload;
    },
  };
}
