/** Asks the clock to look at a verification again. */

import type { Facts } from '../domain/facts.ts';
import type { ClockQueue } from '../domain/ports/clock-queue.ts';
import type { Telemetry } from '../domain/ports/telemetry.ts';
import { nextWakeUp } from '../domain/wake-up.ts';

export interface WakeUpNeeds {
  /** @default nobody is woken up: whoever asks still finds the verification as it is */
  readonly clockQueue?: ClockQueue;
  readonly telemetry: Telemetry;
}

/** Best effort: a message that cannot be sent costs a metric. Answers whether none is missing. */
export async function scheduleWakeUp(
  requestId: string,
  facts: Facts,
  nowMs: number,
  { clockQueue, telemetry }: WakeUpNeeds,
): Promise<boolean> {
  const wakeUp = clockQueue && nextWakeUp(facts, nowMs);
  if (!wakeUp) return true;
  const isSent = await clockQueue.send({ requestId, step: wakeUp.step }, wakeUp.atMs);
  if (!isSent) telemetry.measure({ name: 'ClockMessageFailed' });
  return isSent;
}
