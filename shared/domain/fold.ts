/**
 * Entry point of the domain: computes a verification from its log. Three steps for each event, in
 * the order of the log:
 *
 * 1. `transitions.ts` adds what the event says to the facts: a table of events and when they count.
 * 2. `decision.ts` decides whether that ends the verification: five rules; the first end never
 *   changes.
 * 3. `view.ts` computes what clients see at a moment. In `steps.ts` time can end a step, never the
 *   verification.
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
   * For each event of the log: whether it changed what a client could see when it was stored. False
   * for events before `started`, because until then clients see nothing.
   */
  readonly effects: readonly boolean[];
}

/**
 * Folds a log as of `nowMs`; never throws. Returns `undefined` for a log without `started`, because
 * no client can see that verification.
 *
 * `started` is applied first, wherever it stands in the log, so a webhook that is stored before it
 * needs no special case.
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
