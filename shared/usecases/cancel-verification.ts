/** The app gives up. */

import type { Budget } from '../domain/ports/clock.ts';
import type { ClientToken } from '../domain/ports/verification-log.ts';
import type { Vonage } from '../domain/ports/vonage.ts';
import { isFinal, type Verification } from '../domain/verification.ts';
import { expireIfOverdue } from './expire-if-overdue.ts';
import { type PublishNeeds, publishChange } from './publish-change.ts';
import { record } from './recorded.ts';
import { tooManyEvents } from './refusals.ts';

export type CancelNeeds = PublishNeeds & { readonly vonage: Pick<Vonage, 'cancel'> };

/**
 * Stores `cancelled`, which is final, then pushes and cancels at Vonage. Safe to repeat: after the
 * end it answers with the object as it is. Vonage itself cancels only from 30 s on; its own clock
 * ends the request there otherwise.
 */
export async function cancelVerification(
  { requestId, hash }: ClientToken,
  needs: CancelNeeds,
  budget: Budget,
): Promise<Verification> {
  const event = { type: 'cancelled', atMs: needs.clock.now() } as const;
  const cancelled = await record(needs, requestId, event, hash);
  const { changed, facts } = cancelled.folded;
  if (cancelled.outcome !== 'appended' || !changed || facts.ended?.by !== 'cancelled') {
    const { verification } = (await expireIfOverdue(cancelled, needs)).folded;
    if (!isFinal(verification)) throw tooManyEvents(verification, cancelled.atMs);
    return verification;
  }
  await Promise.all([publishChange(cancelled, needs), needs.vonage.cancel(requestId, budget)]);
  return cancelled.folded.verification;
}
