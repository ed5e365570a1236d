/** S2, S4, L2: what is final stays, nothing goes back, and equal `seq` means equal content. */

import type { World } from '../world.ts';
import { ENDS, get, type Json, type Sighting, sightings } from './objects.ts';
import type { Violation } from './violation.ts';

export function judgeViews(world: World): readonly Violation[] {
  const all = sightings(world.history);
  const byRequest = Map.groupBy(all, ({ requestId }) => requestId);
  return [...byRequest.values()].flatMap((seen) => [
    ...judgeEnds(seen),
    ...judgeSequence(seen, world),
    ...judgeSnapshots(seen, world),
  ]);
}

function judgeEnds(seen: readonly Sighting[]): readonly Violation[] {
  const end = seen.find(({ status }) => ENDS.has(status));
  if (!end) return [];
  return seen.flatMap((other) => {
    if (ENDS.has(other.status) && other.status !== end.status) {
      return [violation('S2', other, `was ${end.status}, is ${other.status}`)];
    }
    return other.seq > end.seq && !ENDS.has(other.status)
      ? [violation('S2', other, `seq ${other.seq} is open after the end at seq ${end.seq}`)]
      : [];
  });
}

/** In the order of `seq`; the clock alone may move the channel on without it. */
function judgeSequence(
  seen: readonly Sighting[],
  { settings, history }: World,
): readonly Violation[] {
  const found: Violation[] = [];
  const inOrder = seen.toSorted((one, other) => one.seq - other.seq || one.atMs - other.atMs);
  const mayGoBack = settings.instanceSkewMs > 0 || wasRefusedToMove(history);
  for (const [index, one] of inOrder.entries()) {
    const before = inOrder[index - 1];
    if (!before) continue;
    for (const member of ['phone_number', 'email']) {
      const was = get(before.object, 'verified', member);
      if (before.seq < one.seq && was === true && get(one.object, 'verified', member) === false) {
        found.push(violation('S2', one, `verified.${member} went back to false`));
      }
    }
    if (
      before.seq === one.seq &&
      JSON.stringify(lasting(before)) !== JSON.stringify(lasting(one))
    ) {
      found.push(violation('S4', one, `two contents of seq ${one.seq}`));
    }
    const isOpen = !ENDS.has(before.status) && !ENDS.has(one.status);
    if (isOpen && !mayGoBack && place(one) < place(before) && !isByClock(before, place(one))) {
      found.push(violation('S2', one, `the channel went back from ${before.object.channel}`));
    }
  }
  return found;
}

/**
 * Where Vonage did not move on, the channel that was left runs again (docs/api.md,
 * `/next-workflow`).
 */
function wasRefusedToMove({ facts }: World['history']): boolean {
  const asked = new Set(
    facts.flatMap((fact) =>
      fact.kind === 'request' && fact.route === 'POST /next-workflow' ? [fact.id] : [],
    ),
  );
  return facts.some((fact) => fact.kind === 'answer' && asked.has(fact.id) && fact.status !== 200);
}

/** What only an event may change. While it runs, the clock may move on the rest. */
function lasting({ object, status }: Sighting): Json {
  if (ENDS.has(status)) return object;
  const { request_id, seq, verified, created_at, updated_at, expires_at, ended_at } = object;
  return { request_id, seq, verified, created_at, updated_at, expires_at, ended_at };
}

/**
 * Whether time alone has ended that step: an object made a moment before may still show it running.
 */
function isByClock({ object }: Sighting, index: number): boolean {
  const step = Array.isArray(object.workflow) ? object.workflow[index] : undefined;
  return get(step, 'reason') === 'channel_expired';
}

function place({ object }: Sighting): number {
  const workflow = object.workflow;
  return Array.isArray(workflow)
    ? workflow.findIndex((step) => get(step, 'channel') === object.channel)
    : -1;
}

/** L2: a snapshot is at least as new as every push that left before it was asked for. */
function judgeSnapshots(seen: readonly Sighting[], { history }: World): readonly Violation[] {
  const pushed = seen.filter(({ via }) => via === 'push');
  return history.facts.flatMap((fact) => {
    if (fact.kind !== 'message') return [];
    const requestId = get(fact.body, 'verification', 'request_id');
    const seq = Number(get(fact.body, 'verification', 'seq'));
    const missed = pushed.find(
      (push) => push.requestId === requestId && push.atMs < fact.sentAtMs && push.seq > seq,
    );
    return missed ? [violation('L2', missed, `a later snapshot has seq ${seq}`)] : [];
  });
}

function violation(invariant: string, seen: Sighting, what: string): Violation {
  const { requestId, who, atMs } = seen;
  return { invariant, message: `${requestId} as ${who} saw it: ${what}`, requestId, atMs };
}
