/** The codes that the app submitted: which of them may go to Vonage, and their outcomes. */

import type { CodeChecked, CodeKind, CodeSubmitted } from './events.ts';
import { type Attempt, expiresAtMs, type Facts } from './facts.ts';
import { PIN_ATTEMPTS, SILENT_AUTH_ATTEMPTS } from './workflow.ts';

/**
 * A code is admitted while the verification has not ended and tries are left for its kind. A code
 * of silent_auth is refused once a fact has ended that step, because it would use up a try of the
 * next channel. The end of the step's time alone does not refuse it: then Vonage's 409 decides.
 */
export function toAttempt(facts: Facts, { attempt: id, kind, atMs }: CodeSubmitted): Attempt {
  const isInTime = atMs < expiresAtMs(facts);
  const hasTriesLeft = isForSilentAuth(facts, kind)
    ? !isSilentAuthOver(facts) && used(facts, true) < SILENT_AUTH_ATTEMPTS
    : pinAttemptsRemaining(facts) > 0;
  const admitted = !facts.final && isInTime && hasTriesLeft;
  return { id, kind, admitted, submittedAtMs: atMs, outcome: 'open' };
}

export function withCheck(
  attempts: readonly Attempt[],
  { attempt: id, outcome, atMs: checkedAtMs }: CodeChecked,
): readonly Attempt[] {
  return attempts.map((attempt) =>
    attempt.id === id && attempt.outcome === 'open'
      ? { ...attempt, outcome, checkedAtMs }
      : attempt,
  );
}

/**
 * Whether a code counts as one of silent_auth. Digits count as a PIN wherever the workflow can send
 * one.
 */
export function isForSilentAuth({ started }: Facts, kind: CodeKind): boolean {
  return kind === 'letters' || started.workflow.every((channel) => channel === 'silent_auth');
}

/** Remaining tries of a PIN. */
export function pinAttemptsRemaining(facts: Facts): number {
  return PIN_ATTEMPTS - used(facts, false);
}

/** Whether a code is with Vonage (answer unknown) or was accepted. */
export function hasLiveAttempt({ attempts }: Facts): boolean {
  return attempts.some(
    ({ admitted, outcome }) => admitted && (outcome === 'open' || outcome === 'accepted'),
  );
}

/** The codes that Vonage has not answered yet. */
export function openAttempts({ attempts }: Facts): readonly Attempt[] {
  return attempts.filter(({ admitted, outcome }) => admitted && outcome === 'open');
}

export function acceptedAttempt({ attempts }: Facts): Attempt | undefined {
  return attempts.find(({ outcome }) => outcome === 'accepted');
}

/** The wrong code after which Vonage ended the whole workflow. */
export function exhaustedAttempt({ attempts }: Facts): Attempt | undefined {
  return attempts.find(({ outcome }) => outcome === 'exhausted');
}

/** The code of silent_auth that Vonage refused: it ends that step. */
export function rejectedSilentAuthAttempt(facts: Facts): Attempt | undefined {
  return facts.attempts.find(
    ({ kind, outcome }) => outcome === 'rejected' && isForSilentAuth(facts, kind),
  );
}

/** Whether a fact, not the clock, ended silent_auth. */
function isSilentAuthOver(facts: Facts): boolean {
  return (
    !facts.started.workflow.includes('silent_auth') ||
    facts.started.networkUnsupported ||
    facts.outcomes.has('silent_auth') ||
    facts.skipped.has('silent_auth') ||
    rejectedSilentAuthAttempt(facts) !== undefined
  );
}

function used(facts: Facts, silentAuth: boolean): number {
  return facts.attempts.filter(
    ({ kind, admitted, outcome }) =>
      admitted && outcome !== 'not_executed' && isForSilentAuth(facts, kind) === silentAuth,
  ).length;
}
