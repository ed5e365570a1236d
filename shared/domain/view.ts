/** Builds the object for clients from the facts at a moment; after the end, time has no effect. */

import {
  exhaustedAttempt,
  isForSilentAuth,
  openAttempts,
  pinAttemptsRemaining,
} from './attempts.ts';
import { reportedReason } from './channel-ends.ts';
import { negativeEnd } from './decision.ts';
import { expiresAtMs as expiresAt, type Facts } from './facts.ts';
import { completedChannel } from './proven-channels.ts';
import { runningChannel, type StepAt, stepsAt } from './steps.ts';
import type { Action, FinalStatus, Reason, Status, Step, Verification } from './verification.ts';
import { type Channel, type NegativeOutcome, REJECTION_WAIT_MS } from './workflow.ts';

/** A verification without the members that depend on other events. */
type View = Omit<Verification, 'requestId' | 'seq' | 'updatedAtMs'>;

export function view(facts: Facts, nowMs: number): View {
  const { started, verified } = facts;
  const expiresAtMs = expiresAt(facts);
  const shared = { verified, createdAtMs: started.atMs, expiresAtMs };
  return facts.final
    ? { ...shared, ...finalView(facts, facts.final) }
    : { ...shared, ...runningView(facts, nowMs, expiresAtMs) };
}

type Changing = Omit<View, 'verified' | 'createdAtMs' | 'expiresAtMs'>;

function runningView(facts: Facts, nowMs: number, expiresAtMs: number): Changing {
  const steps = stepsAt(facts, nowMs);
  const running = steps.find((step) => step.state === 'running');
  const channel = running?.channel ?? lastOf(facts);
  const checking = openAttempts(facts).length > 0;
  const action = running ? actionOn(facts, channel, checking) : null;
  const status: Status = checking ? 'checking' : action ? 'action_pending' : 'pending';
  const next = steps.find((step) => step.state === 'unused')?.channel ?? null;
  return {
    status,
    channel,
    nextChannel: next,
    action,
    workflow: steps.map((step): Step => {
      if (step.state === 'over') return toStep(step);
      return {
        channel: step.channel,
        status: step.state === 'unused' ? 'unused' : status,
        reason: null,
      };
    }),
    reason: null,
    nextChangeAtMs: nextChange(facts, nowMs, channel, next ? running?.endsAtMs : expiresAtMs),
    endedAtMs: null,
  };
}

/** The end of the running step, of the wait after a reported refusal, or of the verification. */
function nextChange(
  facts: Facts,
  nowMs: number,
  channel: Channel,
  stepEndsAtMs: number | undefined,
): number | null {
  const end = stepEndsAtMs ?? null;
  const wait = (facts.rejectionReportedAtMs ?? -Infinity) + REJECTION_WAIT_MS;
  return channel === 'silent_auth' && wait > nowMs && end !== null ? Math.min(wait, end) : end;
}

function actionOn(facts: Facts, channel: Channel, checking: boolean): Action | null {
  const { codeLength, method } = facts.started;
  if (channel === 'silent_auth') {
    return facts.checkUrl === undefined || checking
      ? null
      : { type: 'open_check_url', checkUrl: facts.checkUrl, method };
  }
  const attemptsRemaining = pinAttemptsRemaining(facts);
  return attemptsRemaining > 0 ? { type: 'submit_code', codeLength, attemptsRemaining } : null;
}

function finalView(facts: Facts, { status, atMs }: NonNullable<Facts['final']>): Changing {
  const deciding = finalChannel(facts, status, atMs);
  const reason = finalReason(facts, status);
  const decidingIndex = facts.started.workflow.indexOf(deciding);
  const steps = stepsAt(facts, atMs);
  return {
    status,
    channel: deciding,
    nextChannel: null,
    action: null,
    workflow: steps.map((step, index): Step => {
      if (step.channel === deciding) {
        const own = step.state === 'over' && facts.skipped.has(deciding);
        return {
          channel: deciding,
          status: endOfStep(status),
          reason: own ? step.reason : reason,
        };
      }
      if (step.state === 'over') return toStep(step);
      return index < decidingIndex
        ? { channel: step.channel, status: 'expired', reason: 'channel_expired' }
        : { channel: step.channel, status: 'unused', reason: null };
    }),
    reason,
    nextChangeAtMs: null,
    endedAtMs: atMs,
  };
}

/** The channel that decided, or the one that was running when something else ended it. */
function finalChannel(facts: Facts, status: FinalStatus, atMs: number): Channel {
  const decided =
    status === 'completed'
      ? completedChannel(facts)
      : facts.ended
        ? facts.ended.channel
        : negativeEnd(facts)?.channel;
  return decided ?? runningChannel(facts, atMs) ?? lastOf(facts);
}

function finalReason(facts: Facts, status: FinalStatus): Reason | null {
  if (status === 'completed') return null;
  if (facts.ended) return REASON_OF_END[facts.ended.by];
  const exhausted = exhaustedAttempt(facts);
  if (exhausted) {
    return isForSilentAuth(facts, exhausted.kind) ? 'code_rejected' : 'code_attempts_exhausted';
  }
  const deciding = negativeEnd(facts)?.channel;
  if (deciding === undefined) return REASON_OF_SUMMARY[status];
  if (facts.skipped.has(deciding)) return 'handset_error';
  const step = stepsAt(facts, facts.atMs).find(({ channel }) => channel === deciding);
  return step?.state === 'over' ? step.reason : reportedReason(facts, deciding);
}

const REASON_OF_END = {
  cancelled: 'cancelled_by_client',
  aborted: 'request_id_mismatch',
  deadline: 'timed_out',
} as const satisfies Record<NonNullable<Facts['ended']>['by'], Reason>;

/** Reason for a summary that names no channel. */
const REASON_OF_SUMMARY: Record<FinalStatus, Reason | null> = {
  completed: null,
  failed: 'provider_failed',
  user_rejected: 'provider_failed',
  expired: 'channel_expired',
  blocked: 'blocked_by_provider',
  cancelled: 'provider_failed',
  aborted: 'request_id_mismatch',
};

/** `aborted` is a status of ours; its step shows `failed`. */
function endOfStep(status: FinalStatus): 'completed' | NegativeOutcome {
  return status === 'aborted' ? 'failed' : status;
}

function toStep({ channel, status, reason }: Extract<StepAt, { state: 'over' }>): Step {
  return { channel, status, reason };
}

/** A workflow has at least one channel; an empty one, which nobody can store, shows silent_auth. */
function lastOf({ started }: Facts): Channel {
  return started.workflow.at(-1) ?? 'silent_auth';
}
