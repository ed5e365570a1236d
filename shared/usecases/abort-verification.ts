/** Handles a code with the `request_id` of another verification: a man in the middle. */

import type { Budget } from '../domain/ports/clock.ts';
import type { ClientToken } from '../domain/ports/verification-log.ts';
import type { Verification } from '../domain/verification.ts';
import { expireIfOverdue } from './expire-if-overdue.ts';
import { publishChange } from './publish-change.ts';
import { type PublishEndNeeds, publishEnd, publishEndAgain } from './publish-end.ts';
import { record } from './recorded.ts';

/**
 * Ends the verification if silent_auth is running, otherwise changes nothing. The code is not sent
 * to Vonage.
 */
export async function abortVerification(
  { requestId, hash }: ClientToken,
  needs: PublishEndNeeds,
  budget: Budget,
): Promise<Verification> {
  const event = { type: 'aborted', atMs: needs.clock.now() } as const;
  const written = await record(needs, requestId, event, hash);
  needs.telemetry.measure({ name: 'RequestIdMismatch' });
  const current = await expireIfOverdue(written, needs);
  const { verification, facts } = current.folded;
  if (facts.ended?.by === 'aborted') {
    const publish = written.outcome === 'appended' ? publishEnd : publishEndAgain;
    await publish(written, needs, budget);
  } else if (current === written) {
    await publishChange(written, needs);
  }
  return verification;
}
