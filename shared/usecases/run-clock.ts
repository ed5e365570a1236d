/** Handles a message of the clock: does what is due and was not done by a webhook or a request. */

import { isOverdue } from '../domain/facts.ts';
import { fold } from '../domain/fold.ts';
import type { Budget } from '../domain/ports/clock.ts';
import type { ClockMessage, ClockQueue } from '../domain/ports/clock-queue.ts';
import { dueAtMs, runningStep } from '../domain/wake-up.ts';
import { type LetGoNeeds, type LetGoOutcome, letGo } from './let-go.ts';
import { measureChange } from './measure-change.ts';
import { notifyOfEnd } from './notify-of-end.ts';
import type { PublishNeeds } from './publish-change.ts';
import { pushToSockets } from './push-to-sockets.ts';
import { type Recorded, record } from './recorded.ts';
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
 * - the running step was ended by time: the verification is pushed, and nothing is appended.
 * - unfinished: the next message is sent.
 */
export async function runClock(
  message: ClockMessage,
  needs: RunClockNeeds,
  budget: Budget,
): Promise<'done' | 'again'> {
  const { log, clock } = needs;
  const entry = await log.find(message.requestId);
  const atMs = clock.now();
  const folded = entry && fold(message.requestId, entry.events, atMs);
  if (!entry || !folded) return 'done';
  const read: Recorded = { entry, folded, atMs };
  if (folded.facts.final) return finish(read, needs, budget);
  if (isOverdue(folded.facts, atMs)) return finish(await expire(read, needs), needs, budget);
  if (hasMovedOnByTime(read, message)) {
    needs.telemetry.measure({ name: 'MovedOnByClock' });
    await pushToSockets(read, needs);
  }
  return (await scheduleWakeUp(entry.requestId, folded.facts, atMs, needs)) ? 'done' : 'again';
}

/** If another function has ended the verification in the meantime, that function pushes. */
async function expire({ entry, atMs }: Recorded, needs: RunClockNeeds): Promise<Recorded> {
  const expired = await record(needs, entry.requestId, { type: 'deadline', atMs });
  if (expired.outcome !== 'appended') return expired;
  needs.telemetry.measure({ name: 'EndedByClock' });
  const lagMs = Math.max(0, atMs - dueAtMs(expired.folded.facts));
  needs.telemetry.measure({ name: 'ClockLag', milliseconds: lagMs });
  measureChange(expired.folded, needs.telemetry);
  await pushToSockets(expired, needs);
  return expired;
}

/**
 * Publishes the end and lets go at Vonage if that is still missing. If it is too early for Vonage,
 * schedules another message.
 */
async function finish(
  ended: Recorded,
  needs: RunClockNeeds,
  budget: Budget,
): Promise<'done' | 'again'> {
  const { entry, folded, atMs } = ended;
  const [isNotified, letGoOutcome, isScheduled] = await Promise.all([
    notifyOfEnd(ended, needs),
    letGo(ended, 'clock', needs, budget),
    scheduleWakeUp(entry.requestId, folded.facts, atMs, needs),
  ]);
  measureLateCancel(letGoOutcome, needs);
  return isNotified && isScheduled ? 'done' : 'again';
}

function measureLateCancel(outcome: LetGoOutcome, { telemetry }: RunClockNeeds): void {
  telemetry.measure({ name: 'LateCancel', dimensions: { outcome } });
}

/**
 * True only for a step that time has ended, because webhooks and skips are pushed by their own
 * functions.
 */
function hasMovedOnByTime({ folded: { facts }, atMs }: Recorded, { step }: ClockMessage): boolean {
  const current = runningStep(facts, atMs);
  return current > step && current > runningStep(facts, facts.atMs);
}
