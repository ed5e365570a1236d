/** Tells everybody what an append changed: the app's sockets, the metrics, the company's systems. */

import { isOverdue } from '../domain/facts.ts';
import { type Folded, fold } from '../domain/fold.ts';
import type { Clock } from '../domain/ports/clock.ts';
import type { EndNotifier } from '../domain/ports/end-notifier.ts';
import type { Pusher } from '../domain/ports/pusher.ts';
import type { Measurement, Telemetry } from '../domain/ports/telemetry.ts';
import type { Entry, VerificationLog } from '../domain/ports/verification-log.ts';
import { isFinal, type Verification } from '../domain/verification.ts';

export interface PublishNeeds {
  readonly log: VerificationLog;
  readonly pusher: Pusher;
  readonly telemetry: Telemetry;
  readonly clock: Clock;
  readonly endNotifier?: EndNotifier;
}

/**
 * Pushes and measures what the last event of the entry changed, and returns how the verification
 * looks now. Safe to repeat; a push that fails is healed by the client's next question.
 */
export async function announce(entry: Entry, ports: PublishNeeds): Promise<Verification> {
  const folded = foldNow(entry, ports.clock);
  const { verification, before, changed } = folded;
  if (changed)
    for (const measurement of measurementsOf(folded)) ports.telemetry.measure(measurement);
  const endsNow = changed && isFinal(verification) && !(before && isFinal(before));
  await Promise.all([
    changed && push(entry, verification, ports),
    endsNow ? notifyNow(entry, verification, ports) : notifyOfEnd(entry, verification, ports),
  ]);
  return verification;
}

/** Sends the verification to all of its sockets and forgets those that are gone. */
export async function push(
  entry: Entry,
  verification: Verification,
  { log, pusher, telemetry }: PublishNeeds,
): Promise<void> {
  if (entry.connections.length === 0) return;
  const results = await pusher.push(entry.connections, verification);
  for (const { outcome } of results) telemetry.measure({ name: PUSH_METRICS[outcome] });
  const gone = results.filter(({ outcome }) => outcome === 'gone');
  await Promise.allSettled(gone.map(({ connection }) => log.forget(entry.requestId, connection)));
}

const PUSH_METRICS = {
  delivered: 'PushDelivered',
  gone: 'PushGone',
  failed: 'PushFailed',
} as const;

/**
 * Ends a verification whose time is over: the clock alone makes nothing final, so whoever touches it
 * appends `deadline` first. Everything else is returned as it is.
 */
export async function settle(entry: Entry, ports: PublishNeeds): Promise<Entry> {
  const nowMs = ports.clock.now();
  if (!isOverdue(foldNow(entry, ports.clock).facts, nowMs)) return entry;
  const appended = await ports.log.append(entry.requestId, { type: 'deadline', atMs: nowMs });
  if (appended.outcome === 'unauthorized') return entry;
  if (appended.outcome === 'appended') await announce(appended.entry, ports);
  return appended.entry;
}

/** Folds an entry that is known to be started. */
export function foldNow(entry: Entry, clock: Clock): Folded {
  const folded = fold(entry.requestId, entry.events, clock.now());
  if (!folded) throw new Error('a verification that nobody started was shown to a client');
  return folded;
}

/**
 * Tells the company's systems of an end that nobody is known to have told them of: the next event or
 * read repeats it until it is recorded as done. Whoever ended the verification gets a moment for it,
 * but not once Vonage's summary is there: no other event is sure to come after it.
 */
export async function notifyOfEnd(
  entry: Entry,
  verification: Verification,
  ports: PublishNeeds,
): Promise<void> {
  const { endedAtMs } = verification;
  if (endedAtMs === null) return;
  const isSummarized = entry.events.some(({ type }) => type === 'summarized');
  if (!isSummarized && ports.clock.now() < endedAtMs + NOTIFY_WITHIN_MS) return;
  await notifyNow(entry, verification, ports);
}

/** Longer than an event takes that is taken. */
const NOTIFY_WITHIN_MS = 1_000;

async function notifyNow(
  entry: Entry,
  verification: Verification,
  { endNotifier, log, clock }: PublishNeeds,
): Promise<void> {
  if (!endNotifier || entry.events.some(({ type }) => type === 'notified')) return;
  if (await endNotifier.notify(entry, verification)) {
    // Not recorded means told once more, which is allowed.
    await log
      .append(entry.requestId, { type: 'notified', atMs: clock.now() })
      .catch(() => undefined);
  }
}

/** Measures a start, and what webhooks had changed that overtook its write: nobody could before it. */
export function measureStart(verification: Verification, telemetry: Telemetry): void {
  telemetry.measure({ name: 'Started' });
  for (const measurement of measurementsOf({ verification })) {
    telemetry.measure(measurement);
  }
}

function* measurementsOf({
  before,
  verification: after,
}: Pick<Folded, 'before' | 'verification'>): Generator<Measurement> {
  const sinceStart = { milliseconds: Math.max(0, after.updatedAtMs - after.createdAtMs) };
  if (after.action?.type === 'open_check_url' && before?.action?.type !== 'open_check_url') {
    yield { name: 'CheckUrlIssued' };
    yield { name: 'TimeToCheckUrl', ...sinceStart };
  }
  const left = after.workflow.find(({ channel }, index) =>
    before ? channel === before.channel : index === 0,
  );
  if (!isFinal(after) && left?.channel !== after.channel) {
    yield {
      name: 'FallbackEntered',
      dimensions: { channel: after.channel },
      details: { reason: left?.reason ?? 'unknown' },
    };
  }
  if (isFinal(after) && !(before && isFinal(before))) {
    yield { name: 'Ended', dimensions: { status: after.status } };
    if (after.status === 'completed') {
      yield { name: 'Completed', dimensions: { channel: after.channel } };
      yield { name: 'TimeToVerify', ...sinceStart, details: { request_id: after.requestId } };
    }
  }
}
