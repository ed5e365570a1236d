/** Handles a message of the clock: does what is due and was not done by a webhook or a request. */

import { isOverdue } from '../domain/facts.ts';
import { fold } from '../domain/fold.ts';
import type { Budget } from '../domain/ports/clock.ts';
import type { ClockMessage, ClockQueue } from '../domain/ports/clock-queue.ts';
import { movedByTime } from '../domain/steps.ts';
import { dueAtMs } from '../domain/wake-up.ts';
import { appendDeadline } from './append-deadline.ts';
import { type LetGoNeeds, type LetGoOutcome, letGo } from './let-go.ts';
import { fallbackEntered } from './measure-change.ts';
import { mayBeUnpushed, notifyOfEnd } from './notify-of-end.ts';
import type { PublishNeeds } from './publish-change.ts';
import { pushToSockets } from './push-to-sockets.ts';
import type { Recorded } from './recorded.ts';
import { scheduleWakeUp } from './schedule-wake-up.ts';

export type RunClockNeeds = PublishNeeds & LetGoNeeds & { readonly clockQueue: ClockQueue };

/**
 * Reads the verification once and does what is due. Repeated and late messages have no further
 * effect. `again`: the queue must deliver the message once more, because something is still to be
 * done.
 *
 * - unknown: the message is dropped.
 * - overdue: `deadline` is appended, pushed, and published to your own systems.
 * - ended: the end is published and Vonage is let go, where `notified` or `let_go` is missing.
 * - time has ended the step of the message, or a later one: the verification is pushed, and nothing
 *   is appended.
 * - unfinished: the next message is sent.
 */
export async function runClock(
  message: ClockMessage,
  needs: RunClockNeeds,
  budget: Budget,
): Promise<'done' | 'again'> {
  const { log, clock, telemetry } = needs;
  const entry = await log.find(message.requestId);
  const atMs = clock.now();
  const folded = entry && fold(message.requestId, entry.events, atMs);
  if (!entry || !folded) return 'done';
  const read: Recorded = { entry, folded, atMs };
  if (folded.facts.final) return finish(read, needs, budget);
  if (isOverdue(folded.facts, atMs)) return finish(await expire(read, needs), needs, budget);
  const moved = movedByTime(folded.facts, message.step, atMs);
  if (moved.length > 0) await pushToSockets(read, needs);
  if (!(await scheduleWakeUp(entry.requestId, folded.facts, atMs, needs))) return 'again';
  for (const { to, reason } of moved) {
    telemetry.measure({ name: 'MovedOnByClock' });
    telemetry.measure(fallbackEntered(entry.requestId, to, reason));
  }
  return 'done';
}

async function expire(read: Recorded, needs: RunClockNeeds): Promise<Recorded> {
  const expired = await appendDeadline(read, needs);
  if (expired.outcome !== 'appended') return expired;
  needs.telemetry.measure({ name: 'EndedByClock' });
  const lagMs = Math.max(0, read.atMs - dueAtMs(expired.folded.facts));
  needs.telemetry.measure({ name: 'ClockLag', milliseconds: lagMs });
  return expired;
}

/**
 * Publishes the end and lets go at Vonage if that is still missing. If it is too early for Vonage,
 * schedules another message. The push comes first, so `notified` stays missing if this function
 * crashes before it.
 */
async function finish(
  ended: Recorded,
  needs: RunClockNeeds,
  budget: Budget,
): Promise<'done' | 'again'> {
  const { entry, folded, atMs } = ended;
  if (mayBeUnpushed(ended)) await pushToSockets(ended, needs);
  const [hasNotified, letGoOutcome, isScheduled] = await Promise.all([
    notifyOfEnd(ended, needs),
    letGo(ended, 'clock', needs, budget),
    scheduleWakeUp(entry.requestId, folded.facts, atMs, needs),
  ]);
  measureLateCancel(letGoOutcome, needs);
  return hasNotified && isScheduled ? 'done' : 'again';
}

function measureLateCancel(outcome: LetGoOutcome, { telemetry }: RunClockNeeds): void {
  telemetry.measure({ name: 'LateCancel', dimensions: { outcome } });
}
