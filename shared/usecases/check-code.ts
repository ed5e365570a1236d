/** Checks a code that the app submits: one write decides whether it goes to Vonage. */

import { isForSilentAuth, pinAttemptsRemaining } from '../domain/attempts.ts';
import { Problem } from '../domain/errors.ts';
import type { CodeKind } from '../domain/events.ts';
import type { Facts } from '../domain/facts.ts';
import type { Budget } from '../domain/ports/clock.ts';
import type { Random } from '../domain/ports/random.ts';
import type { ClientToken } from '../domain/ports/verification-log.ts';
import type { CheckAnswer, Vonage } from '../domain/ports/vonage.ts';
import { isFinal, type Verification } from '../domain/verification.ts';
import { abortVerification } from './abort-verification.ts';
import { expireIfOverdue } from './expire-if-overdue.ts';
import { moveOnAfterRejection } from './move-on-after-rejection.ts';
import { publishChange } from './publish-change.ts';
import { type PublishEndNeeds, publishEnd } from './publish-end.ts';
import { type Recorded, record } from './recorded.ts';
import { closed, providerUnavailable, tooManyEvents } from './refusals.ts';

export interface SubmittedCode {
  /** The `request_id` that the handset received at the end of the check_url's redirects. */
  readonly requestId: string;
  readonly code: string;
}

export type CheckCodeNeeds = PublishEndNeeds & {
  readonly vonage: Pick<Vonage, 'check' | 'next' | 'cancel'>;
  readonly random: Pick<Random, 'attemptId'>;
};

/**
 * Writes the attempt. Only if the log admits it, asks Vonage and writes the outcome. Returns the
 * verification; its status is `checking` when Vonage's answer was lost, until a webhook or the
 * deadline resolves it. A code of silent_auth is never sent twice. After `completed` it returns the
 * verification without a call.
 */
export async function checkCode(
  token: ClientToken,
  { requestId, code }: SubmittedCode,
  needs: CheckCodeNeeds,
  budget: Budget,
): Promise<Verification> {
  if (requestId !== token.requestId) {
    const verification = await abortVerification(token, needs, budget);
    throw new Problem('request_id_mismatch', 'the code came with the request_id of another', {
      verification,
    });
  }
  const { vonage, random, clock } = needs;
  const attempt = random.attemptId();
  const kind: CodeKind = /^\d+$/.test(code) ? 'digits' : 'letters';
  const event = { type: 'code_submitted', atMs: clock.now(), attempt, kind } as const;
  const submitted = await record(needs, requestId, event, token.hash);
  if (!isAdmitted(submitted.folded.facts, attempt)) {
    const isFull = submitted.outcome === 'full';
    return refuseAttempt(await expireIfOverdue(submitted, needs), kind, isFull);
  }

  const outcome = await vonage.check(requestId, code, budget);
  if (outcome === 'unknown') {
    await publishChange(submitted, needs);
    return submitted.folded.verification;
  }
  const answer = { type: 'code_checked', atMs: clock.now(), attempt, outcome } as const;
  const checked = await record(needs, requestId, answer);
  if (outcome === 'rejected') {
    await Promise.all([
      publishEnd(checked, needs, budget),
      moveOnAfterRejection(checked, attempt, needs, budget),
    ]);
  } else {
    await publishChange(checked, needs);
  }
  if (outcome === 'rejected' || outcome === 'exhausted') {
    needs.telemetry.measure({ name: 'CodeRejected' });
  }
  return answerTo(outcome, checked, kind);
}

function isAdmitted({ attempts }: Facts, attempt: string): boolean {
  return attempts.some(({ id, admitted }) => id === attempt && admitted);
}

function refuseAttempt({ folded, atMs }: Recorded, kind: CodeKind, isFull: boolean): Verification {
  const { verification, facts } = folded;
  if (verification.status === 'completed') return verification;
  if (isFinal(verification)) throw closed(verification);
  if (isForSilentAuth(facts, kind)) throw notExpected(verification);
  if (isFull && pinAttemptsRemaining(facts) > 0) throw tooManyEvents(verification, atMs);
  throw closed(verification);
}

function answerTo(
  answer: Exclude<CheckAnswer, 'unknown'>,
  { folded: { verification, facts } }: Recorded,
  kind: CodeKind,
): Verification {
  if (verification.status === 'completed') return verification;
  if (isFinal(verification) && answer !== 'rejected') throw closed(verification);
  const isOver = isFinal(verification) || isForSilentAuth(facts, kind);
  switch (answer) {
    case 'rejected':
      throw new Problem('code_invalid', 'Vonage refused the code', {
        verification,
        attemptsRemaining: isOver ? 0 : pinAttemptsRemaining(facts),
      });
    case 'not_expected':
      throw notExpected(verification);
    case 'not_executed':
      throw providerUnavailable(verification);
    case 'not_found':
      if (verification.status === 'checking') return verification;
      throw closed(verification);
    default:
      return verification;
  }
}

function notExpected(verification: Verification): Problem {
  return new Problem('code_not_expected', 'no code of this kind is expected now', { verification });
}
