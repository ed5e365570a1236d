/** A code arrived with the request_id of another verification: someone is in the middle. */

import type { Budget } from '../domain/ports/clock.ts';
import type { ClientToken } from '../domain/ports/verification-log.ts';
import type { Vonage } from '../domain/ports/vonage.ts';
import type { Verification } from '../domain/verification.ts';
import { expireIfOverdue } from './expire-if-overdue.ts';
import { type PublishNeeds, publishChange } from './publish-change.ts';
import { record } from './recorded.ts';

export type AbortNeeds = PublishNeeds & { readonly vonage: Pick<Vonage, 'cancel'> };

/** Ends the verification if silent_auth runs, else changes nothing. Vonage never sees the code. */
export async function abortVerification(
  { requestId, hash }: ClientToken,
  needs: AbortNeeds,
  budget: Budget,
): Promise<Verification> {
  const event = { type: 'aborted', atMs: needs.clock.now() } as const;
  const written = await record(needs, requestId, event, hash);
  needs.telemetry.measure({ name: 'RequestIdMismatch' });
  const isAborted =
    written.outcome === 'appended' && written.folded.facts.final?.status === 'aborted';
  const current = await expireIfOverdue(written, needs);
  await Promise.all([
    current === written ? publishChange(written, needs) : undefined,
    isAborted ? needs.vonage.cancel(requestId, budget) : undefined,
  ]);
  return current.folded.verification;
}
