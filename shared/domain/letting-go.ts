/**
 * When to let go of a request at Vonage, which means to cancel it there by DELETE. A verification
 * that we have ended may still run at Vonage; until it is cancelled, Vonage refuses the next start
 * of the number and may send paid messages.
 */

import { openAttempts } from './attempts.ts';
import { ownOutcome } from './channel-ends.ts';
import type { LetGo } from './events.ts';
import type { Facts } from './facts.ts';

/** Vonage accepts a DELETE only this long after the start, and only before its second event. */
export const CANCELLABLE_AFTER_MS = 30_000;
/** Upper bound for a check on its way to Vonage, in milliseconds: no invocation runs longer. */
const CHECK_MS = 25_000;

/** The occasions for a DELETE: the end itself, the clock, a later start or repeated cancel. */
export type Occasion = 'end' | 'clock' | 'again';

/**
 * The DELETE that is due, or `undefined`. Each occasion has one, so a verification has at most
 * three. The first is sent at the end itself; the clock sends another when the first came too early
 * for Vonage.
 */
export function dueLetGo(facts: Facts, occasion: Occasion, nowMs: number): LetGo['n'] | undefined {
  if (!isHeldAtVonage(facts) || nowMs < checkedUntilMs(facts)) return undefined;
  const { letGoAtMs } = facts;
  const isCancellable = nowMs >= cancellableAtMs(facts);
  if (occasion === 'again') return isCancellable && !letGoAtMs.has(3) ? 3 : undefined;
  const firstAtMs = letGoAtMs.get(1);
  if (firstAtMs === undefined) return 1;
  const isRefused = firstAtMs < cancellableAtMs(facts);
  const isDue = occasion === 'clock' && isCancellable && isRefused && !letGoAtMs.has(2);
  return isDue ? 2 : undefined;
}

export function cancellableAtMs({ started }: Pick<Facts, 'started'>): number {
  return started.atMs + CANCELLABLE_AFTER_MS;
}

/** From when on Vonage takes a DELETE and no code is on its way to it. */
export function letGoFromMs(facts: Facts): number {
  return Math.max(cancellableAtMs(facts), checkedUntilMs(facts));
}

/** Ended by us, and Vonage has not reported its own end. */
export function isHeldAtVonage(facts: Facts): boolean {
  return isOwnEnd(facts) && !facts.isOverAtVonage;
}

function isOwnEnd({ ended, final, ...facts }: Facts): boolean {
  if (ended) return true;
  const last = facts.started.workflow.at(-1);
  return final?.status === 'failed' && last !== undefined && ownOutcome(facts, last) !== undefined;
}

/** Until then a code on its way to Vonage may complete the request there; -Infinity without one. */
function checkedUntilMs(facts: Facts): number {
  return Math.max(...openAttempts(facts).map(({ submittedAtMs }) => submittedAtMs + CHECK_MS));
}
