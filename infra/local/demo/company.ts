/** The company's own backend, which believes no app: it knows the public keys and nothing else. */
import { randomBytes } from 'node:crypto';
import { createRemoteJWKSet, type JWTPayload, jwtVerify } from 'jose';

/** `proof.audience` of the stage. */
const AUDIENCE = 'silent-auth-consumer';

/** What a proof is refused with that comes second. */
export const SPENT = 'its jti is spent';

export interface Company {
  /** Made for one sign-in; the app passes it to `/start`, and it comes back in the proof alone. */
  readonly nonce: string;
  /** The claims of a proof of this sign-in, which is spent by it; throws for anything else. */
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
