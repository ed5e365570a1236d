/** A code that the app hands in: one write decides whether it may go to Vonage at all. */

import { isForSilentAuth, pinAttemptsRemaining } from '../domain/attempts.ts';
import { Problem } from '../domain/errors.ts';
import type { CodeKind } from '../domain/events.ts';
import { type Folded, fold } from '../domain/fold.ts';
import type { Budget } from '../domain/ports/clock.ts';
import type { Random } from '../domain/ports/random.ts';
import type { ClientToken, Entry } from '../domain/ports/verification-log.ts';
import type { CheckAnswer, Vonage } from '../domain/ports/vonage.ts';
import { runningChannel } from '../domain/steps.ts';
import { isFinal, type Verification } from '../domain/verification.ts';
import { announce, foldNow, type PublishNeeds, settle } from './announce.ts';
import { closed, providerUnavailable, tooManyEvents, unauthorized } from './refusals.ts';

export interface SubmittedCode {
  /** The one that the handset received at the end of the check_url's redirects. */
  readonly requestId: string;
  readonly code: string;
}

export type CheckCodeNeeds = PublishNeeds & {
  readonly vonage: Pick<Vonage, 'check' | 'next' | 'cancel'>;
  readonly random: Pick<Random, 'attemptId'>;
};

/**
 * Writes the attempt, and only if the log admits it asks Vonage and writes the outcome. Returns the
 * verification, `checking` when Vonage's answer was lost: a webhook or the deadline resolves it, a
 * code of silent_auth is never sent twice. After `completed` it answers without a call.
 */
export async function checkCode(
  token: ClientToken,
  { requestId, code }: SubmittedCode,
  ports: CheckCodeNeeds,
  budget: Budget,
): Promise<Verification> {
  if (requestId !== token.requestId) return refuseForeignRequest(token, ports, budget);
  const { log, vonage, random, clock } = ports;
  const attempt = random.attemptId();
  const kind: CodeKind = /^\d+$/.test(code) ? 'digits' : 'letters';
  const event = { type: 'code_submitted', atMs: clock.now(), attempt, kind } as const;
  const appended = await log.append(token.requestId, event, token.hash);
  if (appended.outcome === 'unauthorized') throw unauthorized();
  const { entry } = appended;
  if (!isAdmitted(foldNow(entry, clock), attempt)) {
    return refuseAttempt(await settle(entry, ports), kind, appended.outcome === 'full', ports);
  }

  const answer = await vonage.check(token.requestId, code, budget);
  if (answer === 'unknown') return announce(entry, ports);
  const checked = await log.append(token.requestId, {
    type: 'code_checked',
    atMs: clock.now(),
    attempt,
    outcome: answer,
  });
  const outcome = checked.outcome === 'unauthorized' ? entry : checked.entry;
  const [verification] = await Promise.all([
    announce(outcome, ports),
    answer === 'rejected' ? moveOn(outcome, attempt, ports, budget) : undefined,
  ]);
  return answerTo(answer, verification, foldNow(outcome, clock), kind, ports);
}

/** Someone is in the middle: Vonage is not asked, and while silent_auth runs all is over. */
async function refuseForeignRequest(
  token: ClientToken,
  ports: CheckCodeNeeds,
  budget: Budget,
): Promise<never> {
  const { log, vonage, clock, telemetry } = ports;
  const event = { type: 'aborted', atMs: clock.now() } as const;
  const appended = await log.append(token.requestId, event, token.hash);
  if (appended.outcome === 'unauthorized') throw unauthorized();
  telemetry.measure({ name: 'RequestIdMismatch' });
  const { facts } = foldNow(appended.entry, clock);
  const aborted = appended.outcome === 'appended' && facts.final?.status === 'aborted';
  const [verification] = await Promise.all([
    announce(await settle(appended.entry, ports), ports),
    aborted ? vonage.cancel(token.requestId, budget) : undefined,
  ]);
  throw new Problem('request_id_mismatch', 'the code came with the request_id of another', {
    verification,
  });
}

function isAdmitted({ facts }: Folded, attempt: string): boolean {
  return facts.attempts.some(({ id, admitted }) => id === attempt && admitted);
}

function refuseAttempt(
  entry: Entry,
  kind: CodeKind,
  isFull: boolean,
  { clock }: CheckCodeNeeds,
): Verification {
  const { verification, facts } = foldNow(entry, clock);
  if (verification.status === 'completed') return verification;
  if (isFinal(verification)) throw closed(verification);
  if (isForSilentAuth(facts, kind)) throw notExpected(verification);
  if (isFull && pinAttemptsRemaining(facts) > 0) throw tooManyEvents(verification, clock.now());
  throw closed(verification);
}

/**
 * A wrong code of silent_auth ends its step. Whether Vonage then moves on by itself is not documented
 * (reference §12.8): it is asked to unless it has, and where that could skip a channel, its own word
 * gets the time to arrive.
 */
async function moveOn(
  entry: Entry,
  attempt: string,
  { vonage, log, clock }: CheckCodeNeeds,
  budget: Budget,
): Promise<void> {
  const { requestId } = entry;
  const following = channelsAfterRejection(entry, attempt, clock.now());
  if (following === 0) return;
  const isStillNeeded = async (): Promise<boolean> => {
    const known = (await log.find(requestId).catch(() => undefined)) ?? entry;
    return channelsAfterRejection(known, attempt, clock.now()) > 0;
  };
  await vonage.next(requestId, budget, following > 1 ? isStillNeeded : undefined);
}

/** How many channels follow silent_auth, where nothing but this attempt has ended it; else 0. */
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

function answerTo(
  answer: Exclude<CheckAnswer, 'unknown'>,
  verification: Verification,
  { facts }: Folded,
  kind: CodeKind,
  { telemetry }: CheckCodeNeeds,
): Verification {
  if (answer === 'rejected' || answer === 'exhausted') telemetry.measure({ name: 'CodeRejected' });
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
