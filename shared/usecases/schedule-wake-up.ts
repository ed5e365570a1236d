/** Schedules the clock's next check of a verification. */

import type { Facts } from '../domain/facts.ts';
import type { ClockQueue } from '../domain/ports/clock-queue.ts';
import type { Telemetry } from '../domain/ports/telemetry.ts';
import { nextWakeUp } from '../domain/wake-up.ts';

export interface WakeUpNeeds {
  /** @default no wake-up: time has an effect only at the next request or webhook */
  readonly clockQueue?: ClockQueue;
  readonly telemetry: Telemetry;
}

/** Best effort: a failed send is counted as a metric. Returns whether all messages were sent. */
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
