/** T21, R14: what your backend knows of proofs: only the public keys. */

import type { Recorded } from '../history.ts';
import { FIRST_PROOF_KEY, SECOND_PROOF_KEY } from '../proof-keys.ts';
import type { World } from '../world.ts';
import { get } from './objects.ts';
import type { Violation } from './violation.ts';

const PUBLIC_MEMBERS = ['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y'];
/** Ours, by name. */
export const KEYS = new Map([FIRST_PROOF_KEY, SECOND_PROOF_KEY].map(({ kid, x }) => [kid, x]));

export function judgeProofKeys(world: World): readonly Violation[] {
  return [...judgeKeys(world.history.facts), ...judgeVerdicts(world.history)];
}

/** The route for everybody: public members of at most two keys, all of them ours. */
function judgeKeys(facts: readonly Recorded[]): readonly Violation[] {
  return facts.flatMap((fact): readonly Violation[] => {
    if (fact.kind !== 'received' || fact.route !== 'GET /.well-known/jwks.json') return [];
    if (fact.status >= 500) return [];
    const keys = get(fact.body, 'keys');
    const isGood =
      Array.isArray(keys) &&
      keys.length >= 1 &&
      keys.length <= KEYS.size &&
      keys.every((key) => Object.keys(key).toSorted().join() === PUBLIC_MEMBERS.join()) &&
      keys.every(({ kid, x }) => KEYS.get(kid) === x);
    return isGood
      ? []
      : [{ invariant: 'T21', atMs: fact.atMs, message: `keys: ${JSON.stringify(fact.body)}` }];
  });
}

/**
 * Your backend accepts every proof once, and nothing that was altered. An instance that has not
 * read a new key cannot publish it; the one before is published by all.
 */
function judgeVerdicts({ facts }: World['history']): readonly Violation[] {
  const keysWereSeen = (atMs: number): boolean =>
    facts.some(
      (fact) =>
        fact.kind === 'received' &&
        fact.route === 'GET /.well-known/jwks.json' &&
        fact.status === 200 &&
        fact.atMs <= atMs,
    );
  return facts.flatMap((fact): readonly Violation[] => {
    if (fact.kind !== 'proof') return [];
    const { from, altered, kid, verdict, atMs } = fact;
    const mayBeUnknown = kid === SECOND_PROOF_KEY.kid || !keysWereSeen(atMs);
    const isRight = altered
      ? ['refused', 'unknown_key', 'expired'].includes(verdict)
      : verdict !== 'refused' && (verdict !== 'unknown_key' || mayBeUnknown);
    const what = altered ? 'an altered proof' : 'a proof';
    return isRight
      ? []
      : [{ invariant: 'T21', atMs, message: `${what} of ${from} was ${verdict} by the company` }];
  });
}
