/** T21, R14: what your backend knows of proofs: only the public keys. */

import { FIRST_PROOF_KEY, SECOND_PROOF_KEY } from '../proof-keys.ts';
import type { World } from '../world.ts';
import { get } from './objects.ts';
import type { Report } from './violation.ts';

const ROUTE = 'GET /.well-known/jwks.json';
const PUBLIC_MEMBERS = ['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y'];
/** Ours, by name. */
export const KEYS = new Map([FIRST_PROOF_KEY, SECOND_PROOF_KEY].map(({ kid, x }) => [kid, x]));

/**
 * Everybody gets public members of at most two keys, all of them ours. Your backend accepts every
 * proof once, and nothing that was altered. An instance that has not read a new key cannot publish
 * it; all publish the one before.
 */
export function checkProofKeys({ history }: World, report: Report): void {
  let wereKeysSeen = false;
  for (const fact of history.facts) {
    const { atMs } = fact;
    if (fact.kind === 'received' && fact.route === ROUTE) {
      wereKeysSeen ||= fact.status === 200;
      const isGood = fact.status >= 500 || arePublicKeys(get(fact.body, 'keys'));
      if (!isGood) report('T21', `keys: ${JSON.stringify(fact.body)}`, { atMs });
    }
    if (fact.kind === 'proof') {
      const { from, altered, kid, verdict } = fact;
      const mayBeUnknown = kid === SECOND_PROOF_KEY.kid || !wereKeysSeen;
      const isRight = altered
        ? ['refused', 'unknown_key', 'expired'].includes(verdict)
        : verdict !== 'refused' && (verdict !== 'unknown_key' || mayBeUnknown);
      const what = altered ? 'an altered proof' : 'a proof';
      if (!isRight) report('T21', `${what} of ${from} was ${verdict} by your backend`, { atMs });
    }
  }
}

function arePublicKeys(keys: unknown): boolean {
  return (
    Array.isArray(keys) &&
    keys.length >= 1 &&
    keys.length <= KEYS.size &&
    keys.every((key) => Object.keys(key).toSorted().join() === PUBLIC_MEMBERS.join()) &&
    keys.every(({ kid, x }) => KEYS.get(kid) === x)
  );
}
