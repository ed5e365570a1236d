/** A wrong code of silent_auth ends its step: Vonage is asked for the next channel. */

import { isForSilentAuth } from '../domain/attempts.ts';
import { fold } from '../domain/fold.ts';
import type { Budget, Clock } from '../domain/ports/clock.ts';
import type { Entry, VerificationLog } from '../domain/ports/verification-log.ts';
import type { Vonage } from '../domain/ports/vonage.ts';
import { runningChannel } from '../domain/steps.ts';
import type { Recorded } from './recorded.ts';

export interface MoveOnNeeds {
  readonly log: VerificationLog;
  readonly clock: Clock;
  readonly vonage: Pick<Vonage, 'next'>;
}

/**
 * Vonage does not document whether it moves on by itself after a wrong code. So it is asked to move
 * on, unless it already has. Where that request could skip a channel, Vonage's own webhook first
 * gets time to arrive.
 */
export async function moveOnAfterRejection(
  { entry, atMs }: Recorded,
  attempt: string,
  { vonage, log, clock }: MoveOnNeeds,
  budget: Budget,
): Promise<void> {
  const { requestId } = entry;
  const following = channelsAfterRejection(entry, attempt, atMs);
  if (following === 0) return;
  const isStillNeeded = async (): Promise<boolean> => {
    const known = (await log.find(requestId).catch(() => undefined)) ?? entry;
    return channelsAfterRejection(known, attempt, clock.now()) > 0;
  };
  await vonage.next(requestId, budget, following > 1 ? isStillNeeded : undefined);
}

/** Number of channels after silent_auth if only this attempt has ended it; else 0. */
function channelsAfterRejection(
  { requestId, events }: Entry,
  attempt: string,
  nowMs: number,
): number {
  const others = events.filter(
    (event) => event.type !== 'code_checked' || event.attempt !== attempt,
  );
  const facts = fold(requestId, others, nowMs)?.facts;
  const kind = facts?.attempts.find(({ id }) => id === attempt)?.kind;
  if (!facts || facts.final || kind === undefined || !isForSilentAuth(facts, kind)) return 0;
  return runningChannel(facts, nowMs) === 'silent_auth' ? facts.started.workflow.length - 1 : 0;
}
