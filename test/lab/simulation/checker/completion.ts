/** S1: nothing is completed, or verified, that Vonage did not complete for a code of the token's holder. */

import type { Recorded } from '../history.ts';
import type { World } from '../world.ts';
import { get, type Sighting, sightings } from './objects.ts';
import type { Violation } from './violation.ts';

export function judgeCompletion({ history }: World): readonly Violation[] {
  return sightings(history).flatMap((seen) => {
    if (seen.status !== 'completed') return isVerified(seen) ? [unproven(seen, 'verified')] : [];
    const proof = history.facts.find(
      (fact): fact is Extract<Recorded, { kind: 'provider' }> =>
        fact.kind === 'provider' &&
        fact.requestId === seen.requestId &&
        fact.status === 'completed' &&
        fact.atMs <= seen.atMs,
    );
    if (!proof) return [unproven(seen, 'Vonage has not completed it')];
    if (!wasAskedFor(history.facts, seen)) return [unproven(seen, 'nobody handed in a code')];
    const channel = proof.channel === 'email' ? 'email' : 'phone_number';
    const other = channel === 'email' ? 'phone_number' : 'email';
    return get(seen.object, 'verified', other) === true
      ? [unproven(seen, `${other} is verified through ${proof.channel}`)]
      : [];
  });
}

function isVerified({ object }: Sighting): boolean {
  return (
    get(object, 'verified', 'phone_number') === true || get(object, 'verified', 'email') === true
  );
}

/** A check-code by the holder of the token, for this very request, before. */
function wasAskedFor(facts: readonly Recorded[], { requestId, atMs }: Sighting): boolean {
  return facts.some(
    (fact) =>
      fact.kind === 'request' &&
      fact.route === 'POST /check-code' &&
      fact.atMs <= atMs &&
      fact.bearer?.startsWith(`${requestId}.`) === true &&
      get(fact.body, 'request_id') === requestId,
  );
}

function unproven({ requestId, via, who, atMs }: Sighting, why: string): Violation {
  return {
    invariant: 'S1',
    message: `${who} saw ${requestId} as completed by ${via}: ${why}`,
    requestId,
    atMs,
  };
}
