/**
 * Publishes a change that may have ended the verification, and lets go of the request at Vonage.
 */

import { isHeldAtVonage } from '../domain/letting-go.ts';
import type { Budget } from '../domain/ports/clock.ts';
import { type LetGoNeeds, letGo } from './let-go.ts';
import { notifyOfEndAgain } from './notify-of-end.ts';
import { type PublishNeeds, publishChange } from './publish-change.ts';
import { pushToSockets } from './push-to-sockets.ts';
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

/**
 * For a repeated request: what the first one does after its write, if a crash has left that undone;
 * otherwise lets go once more.
 */
export async function publishEndAgain(
  read: Recorded,
  needs: PublishEndNeeds,
  budget: Budget,
): Promise<void> {
  const { entry, folded, atMs } = read;
  const { facts } = folded;
  if (facts.letGoAtMs.has(1) || !isHeldAtVonage(facts)) {
    await letGo(read, 'again', needs, budget);
    return;
  }
  await Promise.all([
    pushToSockets(read, needs),
    notifyOfEndAgain(read, needs),
    letGo(read, 'end', needs, budget),
    scheduleWakeUp(entry.requestId, facts, atMs, needs),
  ]);
}
