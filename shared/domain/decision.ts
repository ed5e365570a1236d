/**
 * Decides after each event whether the verification has ended, by five rules in this order. The
 * first final status never changes; `verified` may still turn from false to true.
 */

import { acceptedAttempt, exhaustedAttempt, isForSilentAuth } from './attempts.ts';
import { ownOutcome } from './channel-ends.ts';
import type { Facts } from './facts.ts';
import { verifiedBy } from './proven-channels.ts';
import type { FinalStatus } from './verification.ts';
import type { Channel, NegativeOutcome } from './workflow.ts';

export function decide(facts: Facts): Facts {
  const status = facts.final?.status ?? statusOf(facts);
  if (status === undefined) return facts;
  const final = facts.final ?? { status, atMs: facts.atMs };
  return { ...facts, final, verified: status === 'completed' ? verifiedBy(facts) : facts.verified };
}

/** `undefined` while the verification has not ended. */
function statusOf(facts: Facts): FinalStatus | undefined {
  return ownEnd(facts) ?? completion(facts) ?? negativeEnd(facts)?.status;
}

interface NegativeEnd {
  readonly status: NegativeOutcome;
  /** The channel that decided, when one did. */
  readonly channel?: Channel;
}

/** How the verification ends without proof: rules (3) to (5). */
export function negativeEnd(facts: Facts): NegativeEnd | undefined {
  return endBySummary(facts) ?? endByChannel(facts) ?? endByExhaustion(facts);
}

/** (1) Our own `cancelled`, `aborted` or `deadline`, at its place in the log. */
function ownEnd({ ended }: Facts): FinalStatus | undefined {
  return ended?.by === 'deadline' ? 'expired' : ended?.by;
}

/** (2) Vonage accepted a code, or reports `completed` while it is checking an admitted code. */
function completion(facts: Facts): FinalStatus | undefined {
  return facts.proof || acceptedAttempt(facts) ? 'completed' : undefined;
}

/**
 * (3) Vonage's summary: the last channel of the workflow that it names decides; when it names none,
 * its status decides. Its meaning does not depend on earlier events.
 */
function endBySummary({ summary, started, outcomes }: Facts): NegativeEnd | undefined {
  if (!summary) return undefined;
  const channel = started.workflow.findLast((step) =>
    summary.outcomes.some((named) => named.channel === step && named.outcome !== 'completed'),
  );
  const outcome = channel && outcomes.get(channel)?.outcome;
  if (outcome) return { status: outcome, channel };
  return { status: summary.status === 'completed' ? 'failed' : summary.status };
}

/**
 * (4) The last channel has ended; an earlier one decides only where the stage stops after a SIM
 * mismatch.
 */
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

/** (5) Vonage answered 410: too many wrong codes end the whole workflow. */
function endByExhaustion(facts: Facts): NegativeEnd | undefined {
  const attempt = exhaustedAttempt(facts);
  if (!attempt) return undefined;
  return isForSilentAuth(facts, attempt.kind)
    ? { status: 'failed', channel: 'silent_auth' }
    : { status: 'failed' };
}
