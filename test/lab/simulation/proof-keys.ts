/** Two pairs of proof keys, always the same: a seed replays with what was published under it. */

import { createECDH, createPrivateKey, createPublicKey } from 'node:crypto';
import { createPrng, HEX } from './prng.ts';

interface ProofKey {
  readonly kid: string;
  /** PKCS #8 and SPKI, PEM. */
  readonly privateKey: string;
  readonly publicKey: string;
  /** The coordinate that tells one key from another. */
  readonly x: string;
}

export const FIRST_PROOF_KEY = create('first');
export const SECOND_PROOF_KEY = create('second');

function create(kid: string): ProofKey {
  const pair = createECDH('prime256v1');
  pair.setPrivateKey(createPrng(`proof key ${kid}`).text(HEX, 64), 'hex');
  const point = pair.getPublicKey();
  const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((part) =>
    part.toString('base64url'),
  );
  if (x === undefined || y === undefined) throw new Error('a point has two coordinates');
  const jwk = { kty: 'EC', crv: 'P-256', x, y, d: pair.getPrivateKey('base64url') };
  const privateKey = createPrivateKey({ format: 'jwk', key: jwk });
  const publicKey = createPublicKey(privateKey);
  return {
    kid,
    x,
    privateKey: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
    publicKey: publicKey.export({ format: 'pem', type: 'spki' }).toString(),
  };
}
