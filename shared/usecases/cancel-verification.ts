/** Cancels a verification for the app. */

import type { Budget } from '../domain/ports/clock.ts';
import type { ClientToken } from '../domain/ports/verification-log.ts';
import { isFinal, type Verification } from '../domain/verification.ts';
import { expireIfOverdue } from './expire-if-overdue.ts';
import { letGo } from './let-go.ts';
import { type PublishEndNeeds, publishEnd, publishEndAgain } from './publish-end.ts';
import { record } from './recorded.ts';
import { tooManyEvents } from './refusals.ts';

/**
 * Stores `cancelled`, which is final, then pushes and lets go at Vonage. Safe to repeat: after the
 * end it returns the verification unchanged, and does what the first request has left undone.
 */
export async function cancelVerification(
  { requestId, hash }: ClientToken,
  needs: PublishEndNeeds,
  budget: Budget,
): Promise<Verification> {
  const event = { type: 'cancelled', atMs: needs.clock.now() } as const;
  const cancelled = await record(needs, requestId, event, hash);
  const { changed, facts } = cancelled.folded;
  if (cancelled.outcome !== 'appended' || !changed || facts.ended?.by !== 'cancelled') {
    const current = await expireIfOverdue(cancelled, needs);
    const { verification } = current.folded;
    if (!isFinal(verification)) throw tooManyEvents(verification, cancelled.atMs);
    if (current === cancelled) await publishEndAgain(current, needs, budget);
    else await letGo(current, 'again', needs, budget);
    return verification;
  }
  await publishEnd(cancelled, needs, budget);
  return cancelled.folded.verification;
}
