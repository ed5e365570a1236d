// node verify-proof.mjs <issuer> <audience> <nonce> <proof>
import { createRemoteJWKSet, jwtVerify } from 'jose';

const [issuer, audience, nonce, proof] = process.argv.slice(2);
const keys = createRemoteJWKSet(new URL('/.well-known/jwks.json', issuer));
const { payload } = await jwtVerify(proof, keys, {
  algorithms: ['ES256'],
  typ: 'silent-auth-proof+jwt',
  issuer,
  audience,
  requiredClaims: ['iat', 'exp', 'jti', 'nonce', 'request_id'],
});
if (payload.nonce !== nonce) throw new Error('the proof belongs to another sign-in');
console.log(JSON.stringify(payload)); // next: spend payload.jti, once
