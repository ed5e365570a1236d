/** Judges the facts after each event: the first final status is frozen, certainty only grows. */

import { type Attempt, isForSilentAuth, rejectedSilentAuthAttempt } from './attempts.ts';
import type { Facts } from './facts.ts';
import { runningChannel } from './steps.ts';
import type { FinalStatus } from './verification.ts';
import { type Channel, type NegativeOutcome, reachesPhoneNumber } from './workflow.ts';

export function judge(facts: Facts): Facts {
  const status = facts.final?.status ?? finalStatus(facts);
  if (status === undefined) return facts;
  const final = facts.final ?? { status, atMs: facts.atMs };
  return { ...facts, final, verified: status === 'completed' ? verified(facts) : facts.verified };
}

/** The rules of design §4 in their order; `undefined` while nothing final is known. */
function finalStatus(facts: Facts): FinalStatus | undefined {
  if (facts.ended) return facts.ended.by === 'deadline' ? 'expired' : facts.ended.by;
  if (facts.proof || acceptedAttempt(facts)) return 'completed';
  return negativeEnd(facts)?.status;
}

interface NegativeEnd {
  readonly status: NegativeOutcome;
  /** The channel that decided, when one did. */
  readonly channel?: Channel;
}

/**
 * How the verification ends without proof. A summary counts by what it names itself and else by its
 * own status, so that it says the same whatever was heard before it.
 */
export function negativeEnd(facts: Facts): NegativeEnd | undefined {
  return endBySummary(facts) ?? endByChannel(facts) ?? endByExhaustion(facts);
}

function endBySummary({ summary, started, outcomes }: Facts): NegativeEnd | undefined {
  if (!summary) return undefined;
  const channel = started.workflow.findLast((step) =>
    summary.outcomes.some((named) => named.channel === step && named.outcome !== 'completed'),
  );
  const outcome = channel && outcomes.get(channel)?.outcome;
  if (outcome) return { status: outcome, channel };
  return { status: summary.status === 'completed' ? 'failed' : summary.status };
}

/** The last channel decides; an earlier one only where the stage stops after a SIM mismatch. */
function endByChannel(facts: Facts): NegativeEnd | undefined {
  const { started, outcomes } = facts;
  const last = started.workflow.at(-1);
  const status = last && (outcomes.get(last)?.outcome ?? ownOutcome(facts, last));
  if (status) return { status, channel: last };
  return started.afterUserRejected === 'stop' &&
    outcomes.get('silent_auth')?.outcome === 'user_rejected'
    ? { status: 'user_rejected', channel: 'silent_auth' }
    : undefined;
}

/** Vonage answers 410 when a code was wrong too often, and ends the whole workflow. */
function endByExhaustion(facts: Facts): NegativeEnd | undefined {
  const attempt = exhaustedAttempt(facts);
  if (!attempt) return undefined;
  return isForSilentAuth(facts, attempt.kind)
    ? { status: 'failed', channel: 'silent_auth' }
    : { status: 'failed' };
}

export function exhaustedAttempt(facts: Facts): Attempt | undefined {
  return facts.attempts.find(({ outcome }) => outcome === 'exhausted');
}

/** What only we know of: the handset gave up, or Vonage refused the one code of silent_auth. */
function ownOutcome(facts: Facts, channel: Channel): NegativeOutcome | undefined {
  if (channel !== 'silent_auth') return undefined;
  if (facts.skipped.has(channel) || facts.started.networkUnsupported) return 'failed';
  return rejectedSilentAuthAttempt(facts) ? 'failed' : undefined;
}

/**
 * The channels that may have delivered the accepted code: one when Vonage named it or the code had a
 * letter, else all that are not out of the question. While several codes are with Vonage, whichever
 * of them may have been the right one.
 */
export function provenChannels(facts: Facts): readonly Channel[] {
  const named = facts.proof?.channel;
  if (named !== undefined) return [named];
  const accepted = acceptedAttempt(facts);
  const candidates = accepted
    ? [accepted]
    : facts.attempts.filter(({ admitted, outcome }) => admitted && outcome === 'open');
  return facts.started.workflow.filter((channel) =>
    candidates.some((attempt) => mayHaveCome(facts, attempt, channel)),
  );
}

function mayHaveCome(facts: Facts, { kind }: Attempt, channel: Channel): boolean {
  if (isForSilentAuth(facts, kind)) return channel === 'silent_auth';
  return !facts.outcomes.has(channel) && !ownOutcome(facts, channel);
}

/** The one to show while several are possible: the one that was running. */
export function completedChannel(facts: Facts): Channel | undefined {
  const proven = provenChannels(facts);
  const running = facts.final && runningChannel(facts, facts.final.atMs);
  return proven.find((channel) => channel === running) ?? proven.at(-1);
}

function acceptedAttempt(facts: Facts): Attempt | undefined {
  return facts.attempts.find(({ outcome }) => outcome === 'accepted');
}

function verified(facts: Facts): Facts['verified'] {
  const proven = provenChannels(facts);
  return {
    phoneNumber:
      facts.verified.phoneNumber || (proven.length > 0 && proven.every(reachesPhoneNumber)),
    email:
      facts.verified.email || (proven.length > 0 && proven.every((channel) => channel === 'email')),
  };
}
