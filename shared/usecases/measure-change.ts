/** The metrics of a change that the last event of a log made to the client's object. */

import type { Folded } from '../domain/fold.ts';
import type { Measurement, Telemetry } from '../domain/ports/telemetry.ts';
import { isFinal, type Reason, type Verification } from '../domain/verification.ts';
import type { Channel } from '../domain/workflow.ts';

type Change = Pick<Folded, 'before' | 'verification'>;

export function measureChange(change: Change, telemetry: Telemetry): void {
  for (const measurement of measurementsOf(change)) telemetry.measure(measurement);
}

/** Measures a start, and the changes of webhooks that arrived before its write. */
export function measureStart(verification: Verification, telemetry: Telemetry): void {
  telemetry.measure({ name: 'Started' });
  measureChange({ verification }, telemetry);
}

/** Whether the last event ended the verification. */
export function endsNow({ before, verification }: Change): boolean {
  return isFinal(verification) && !(before && isFinal(before));
}

/** `reason`: why the step before has ended. */
export function fallbackEntered(
  requestId: string,
  channel: Channel,
  reason: Reason | null | undefined,
): Measurement {
  return {
    name: 'FallbackEntered',
    dimensions: { channel },
    details: { reason: reason ?? 'unknown', request_id: requestId },
  };
}

function* measurementsOf(change: Change): Generator<Measurement> {
  const { before, verification: after } = change;
  const sinceStart = { milliseconds: Math.max(0, after.updatedAtMs - after.createdAtMs) };
  if (after.action?.type === 'open_check_url' && before?.action?.type !== 'open_check_url') {
    yield { name: 'CheckUrlIssued' };
    yield { name: 'TimeToCheckUrl', ...sinceStart };
  }
  const left = after.workflow.find(({ channel }, index) =>
    before ? channel === before.channel : index === 0,
  );
  if (!isFinal(after) && left?.channel !== after.channel) {
    yield fallbackEntered(after.requestId, after.channel, left?.reason);
  }
  if (endsNow(change)) {
    yield { name: 'Ended', dimensions: { status: after.status } };
    if (after.status === 'completed') {
      yield { name: 'Completed', dimensions: { channel: after.channel } };
      yield { name: 'TimeToVerify', ...sinceStart, details: { request_id: after.requestId } };
    }
  }
}
