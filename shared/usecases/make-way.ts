/** Frees a number for a start: its last verification has ended here but may still run at Vonage. */

import { isOverdue } from '../domain/facts.ts';
import { fold } from '../domain/fold.ts';
import type { Budget, Clock } from '../domain/ports/clock.ts';
import type { Telemetry } from '../domain/ports/telemetry.ts';
import type { Entry } from '../domain/ports/verification-log.ts';
import { appendDeadline } from './append-deadline.ts';
import { type LetGoNeeds, type LetGoOutcome, letGo } from './let-go.ts';

export type MakeWayNeeds = LetGoNeeds & { readonly clock: Clock; readonly telemetry: Telemetry };

/**
 * To be called only when the start holds all its claims. A verification whose time is over gets its
 * `deadline` first, which the clock's next message publishes. Never throws.
 */
export async function makeWay(
  previous: Entry,
  needs: MakeWayNeeds,
  budget: Budget,
): Promise<LetGoOutcome> {
  const atMs = needs.clock.now();
  const folded = fold(previous.requestId, previous.events, atMs);
  if (!folded) return 'not_needed';
  try {
    const read = { entry: previous, folded, atMs };
    const ended = isOverdue(folded.facts, atMs) ? await appendDeadline(read, needs) : read;
    return await letGo(ended, 'again', needs, budget);
  } catch {
    return 'lost';
  }
}
