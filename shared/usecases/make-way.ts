/** Frees a number for a start: its last verification has ended here but may still run at Vonage. */

import { isOverdue } from '../domain/facts.ts';
import { fold } from '../domain/fold.ts';
import type { Budget, Clock } from '../domain/ports/clock.ts';
import type { Telemetry } from '../domain/ports/telemetry.ts';
import type { Entry } from '../domain/ports/verification-log.ts';
import { type LetGoNeeds, type LetGoOutcome, letGo } from './let-go.ts';
import { measureChange } from './measure-change.ts';
import { type Recorded, record } from './recorded.ts';

export type MakeWayNeeds = LetGoNeeds & { readonly clock: Clock; readonly telemetry: Telemetry };

/**
 * To be called only when the start holds all its claims. A verification whose time is over gets its
 * `deadline` first; the clock then notifies sockets and your own systems. Never throws.
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
    const ended = await withDeadline({ entry: previous, folded, atMs }, needs);
    return await letGo(ended, 'again', needs, budget);
  } catch {
    return 'lost';
  }
}

async function withDeadline(read: Recorded, needs: MakeWayNeeds): Promise<Recorded> {
  const { entry, folded, atMs } = read;
  if (!isOverdue(folded.facts, atMs)) return read;
  const expired = await record(needs, entry.requestId, { type: 'deadline', atMs });
  if (expired.outcome === 'appended') measureChange(expired.folded, needs.telemetry);
  return expired;
}
