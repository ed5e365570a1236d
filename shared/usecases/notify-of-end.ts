/**
 * Publishes the end of a verification to your own systems, unless the log holds `notified`.
 */

import type { Clock } from '../domain/ports/clock.ts';
import type { EndNotifier } from '../domain/ports/end-notifier.ts';
import type { VerificationLog } from '../domain/ports/verification-log.ts';
import { type PushNeeds, pushToSockets } from './push-to-sockets.ts';
import type { Recorded } from './recorded.ts';

export interface NotifyNeeds {
  readonly log: VerificationLog;
  readonly clock: Clock;
  readonly endNotifier?: EndNotifier;
}

/**
 * Upper bound for one successful PutEvents call. Until then the function that ended the
 * verification may be publishing it.
 */
const NOTIFY_WITHIN_MS = 1_000;

/** Returns true when the end has been published, by this call or an earlier one. */
export async function notifyOfEnd(
  { entry, folded }: Recorded,
  { endNotifier, log, clock }: NotifyNeeds,
): Promise<boolean> {
  if (!endNotifier || isNotified(entry)) return true;
  if (!(await endNotifier.notify(entry, folded.verification))) return false;
  // An event whose `notified` is not stored is sent again; consumers must expect repeats.
  await log.append(entry.requestId, { type: 'notified', atMs: clock.now() }).catch(() => undefined);
  return true;
}

/**
 * Publishes an end that a crash or a failing bus left unpublished; the next event or read of the
 * verification calls it. It first leaves time to the function that ended the verification. After
 * Vonage's summary it does not wait, because no later event is certain to come. An end that may be
 * unpushed is pushed first, because after `notified` the clock does not push it.
 */
export async function notifyOfEndAgain(
  recorded: Recorded,
  needs: NotifyNeeds & PushNeeds,
): Promise<void> {
  const { entry, folded, atMs } = recorded;
  const { endedAtMs } = folded.verification;
  if (endedAtMs === null) return;
  const isSummarized = entry.events.some(({ type }) => type === 'summarized');
  if (!isSummarized && atMs < endedAtMs + NOTIFY_WITHIN_MS) return;
  if (needs.endNotifier && mayBeUnpushed(recorded)) await pushToSockets(recorded, needs);
  await notifyOfEnd(recorded, needs);
}

/** `start` appends `deadline` without a push, and other functions may crash before theirs. */
export function mayBeUnpushed({ entry, folded }: Recorded): boolean {
  return folded.facts.ended?.by === 'deadline' && !isNotified(entry);
}

function isNotified({ events }: Recorded['entry']): boolean {
  return events.some(({ type }) => type === 'notified');
}
