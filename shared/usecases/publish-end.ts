/**
 * Publishes a change that may have ended the verification, and lets go of the request at Vonage.
 */

import type { Budget } from '../domain/ports/clock.ts';
import { type LetGoNeeds, letGo } from './let-go.ts';
import { type PublishNeeds, publishChange } from './publish-change.ts';
import type { Recorded } from './recorded.ts';
import { scheduleWakeUp, type WakeUpNeeds } from './schedule-wake-up.ts';

export type PublishEndNeeds = PublishNeeds & LetGoNeeds & WakeUpNeeds;

/** Vonage refuses a DELETE in the first 30 s; the clock then tries again. */
export async function publishEnd(
  written: Recorded,
  needs: PublishEndNeeds,
  budget: Budget,
): Promise<void> {
  const { entry, folded, atMs } = written;
  if (!folded.facts.final) return publishChange(written, needs);
  await Promise.all([
    publishChange(written, needs),
    letGo(written, 'end', needs, budget),
    scheduleWakeUp(entry.requestId, folded.facts, atMs, needs),
  ]);
}
