/**
 * The front door of the domain: what a log adds up to. Three steps for each event, in list order:
 *
 * 1. `transitions.ts` adds what the event says to the facts: a table of events and when they count.
 * 2. `decision.ts` decides whether that ends the verification: five rules, the first end is frozen.
 * 3. `view.ts` shows the facts as they look at a moment: `steps.ts` lets time end steps, never the
 * whole.
 */

import { decide } from './decision.ts';
import type { VerificationEvent } from './events.ts';
import { type Facts, noFacts } from './facts.ts';
import { collect } from './transitions.ts';
import type { Verification } from './verification.ts';
import { view } from './view.ts';

/** The verification, and the effect of the last event of the log. */
export interface Folded {
  readonly verification: Verification;
  readonly facts: Facts;
  /** The verification before the last event, at its time; absent when that event is `started`. */
  readonly before?: Verification;
  /** Whether the last event changed what a client can see. */
  readonly changed: boolean;
  /**
   * The same for each event of the log, at the time of its storage. Before `started` there is no
   * verification.
   */
  readonly effects: readonly boolean[];
}

/**
 * Folds a log as it looks at `nowMs`. Total: it never throws. Without `started` there is nothing
 * that anybody could see, so the answer is `undefined`.
 *
 * `started` counts from the beginning wherever it stands, because nobody can see a verification
 * before it: so a webhook before our own write needs no special case.
 */
export function fold(
  requestId: string,
  log: readonly VerificationEvent[],
  nowMs: number,
): Folded | undefined {
  const started = log.find((event) => event.type === 'started');
  if (!started) return undefined;

  let facts = decide(collect(noFacts(started), started));
  let seen: Sequence = { seq: 1, updatedAtMs: started.atMs };
  let before: Verification | undefined;
  const effects: boolean[] = [];
  for (const event of log) {
    if (event === started) {
      before = undefined;
      effects.fill(false).push(true);
      continue;
    }
    const next = decide(collect(facts, event));
    before = { requestId, ...seen, ...view(facts, event.atMs) };
    const after = { requestId, ...seen, ...view(next, event.atMs) };
    const isVisible = JSON.stringify(before) !== JSON.stringify(after);
    if (isVisible) seen = { seq: seen.seq + 1, updatedAtMs: event.atMs };
    effects.push(isVisible);
    facts = next;
  }
  const verification = { requestId, ...seen, ...view(facts, nowMs) };
  const changed = effects.at(-1) ?? false;
  return { verification, facts, changed, effects, ...(before && { before }) };
}

interface Sequence {
  readonly seq: number;
  readonly updatedAtMs: number;
}
