/** S2, S4, L2: what is final stays, nothing goes back, and equal `seq` means equal content. */

import { member } from '../../../fixtures/json.ts';
import type { History, JsonObject } from '../history.ts';
import type { World } from '../world.ts';
import { ENDS, exchanges, isVerified, type Report, type Sighting, sightings } from './objects.ts';

type Break = (invariant: string, seen: Sighting, what: string) => void;

export function checkViews({ history, settings }: World, report: Report): void {
  const broken: Break = (invariant, { requestId, who, atMs }, what) =>
    report(invariant, `${requestId} as ${who} saw it: ${what}`, { requestId, atMs });
  const mayGoBack = settings.instanceSkewMs > 0 || wasRefusedToMove(history);
  for (const seen of Map.groupBy(sightings(history), ({ requestId }) => requestId).values()) {
    checkEnds(seen, broken);
    checkSequence(seen, mayGoBack, broken);
    checkSnapshots(seen, history, broken);
  }
}

function checkEnds(seen: readonly Sighting[], broken: Break): void {
  const end = seen.find(({ status }) => ENDS.has(status));
  if (!end) return;
  for (const other of seen) {
    const isEnd = ENDS.has(other.status);
    if (isEnd && other.status !== end.status) {
      broken('S2', other, `was ${end.status}, is ${other.status}`);
    } else if (!isEnd && other.seq > end.seq) {
      broken('S2', other, `seq ${other.seq} is open after the end at seq ${end.seq}`);
    }
  }
}

/** In the order of `seq`; the clock alone may move the channel on without it. */
function checkSequence(seen: readonly Sighting[], mayGoBack: boolean, broken: Break): void {
  const inOrder = seen.toSorted((one, other) => one.seq - other.seq || one.atMs - other.atMs);
  for (const [index, one] of inOrder.entries()) {
    const before = inOrder[index - 1];
    if (!before) continue;
    for (const name of ['phone_number', 'email'] as const) {
      const isLost =
        isVerified(before.object, name) && member(one.object, 'verified', name) === false;
      if (before.seq < one.seq && isLost) broken('S2', one, `verified.${name} became false`);
    }
    const isSame = JSON.stringify(lasting(before)) === JSON.stringify(lasting(one));
    if (before.seq === one.seq && !isSame) broken('S4', one, `two contents of seq ${one.seq}`);
    const isOpen = !ENDS.has(before.status) && !ENDS.has(one.status);
    if (isOpen && !mayGoBack && place(one) < place(before) && !isByClock(before, place(one))) {
      broken('S2', one, `the channel went back from ${before.object.channel}`);
    }
  }
}

/**
 * Where Vonage did not move on, the channel that was left runs again (docs/api.md,
 * `/next-workflow`).
 */
function wasRefusedToMove(history: History): boolean {
  return exchanges(history, 'POST /next-workflow').some(
    ({ answer }) => answer !== undefined && answer.status !== 200,
  );
}

/** What only an event may change. While it runs, the clock may move on the rest. */
function lasting({ object, status }: Sighting): JsonObject {
  if (ENDS.has(status)) return object;
  const { request_id, seq, verified, created_at, updated_at, expires_at, ended_at } = object;
  return { request_id, seq, verified, created_at, updated_at, expires_at, ended_at };
}

/**
 * Whether time alone has ended that step: an object made a moment before may still show it running.
 */
function isByClock({ object }: Sighting, index: number): boolean {
  const step = Array.isArray(object.workflow) ? object.workflow[index] : undefined;
  return member(step, 'reason') === 'channel_expired';
}

function place({ object: { workflow, channel } }: Sighting): number {
  return Array.isArray(workflow)
    ? workflow.findIndex((step) => member(step, 'channel') === channel)
    : -1;
}

/** L2: a snapshot is at least as new as every push that left before it was asked for. */
function checkSnapshots(seen: readonly Sighting[], history: History, broken: Break): void {
  const pushed = seen.filter(({ via }) => via === 'push');
  for (const { body, sentAtMs } of history.of('message')) {
    const requestId = member(body, 'verification', 'request_id');
    const seq = Number(member(body, 'verification', 'seq'));
    const missed = pushed.find(
      (push) => push.requestId === requestId && push.atMs < sentAtMs && push.seq > seq,
    );
    if (missed) broken('L2', missed, `a later snapshot has seq ${seq}`);
  }
}
