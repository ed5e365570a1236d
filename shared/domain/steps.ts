/** Where the workflow stands at a moment: facts end steps, and where Vonage is silent the clock does. */

import { rejectedSilentAuthAttempt } from './attempts.ts';
import type { Facts } from './facts.ts';
import type { Reason } from './verification.ts';
import { type Channel, durationMs, type NegativeOutcome, type SkipError } from './workflow.ts';

/** For so long a wish to skip no channel by name is taken for one about the channel before. */
const NEW_STEP_MS = 5_000;

/** A step that is over, running or still to come. */
export type Stage =
  | {
      readonly state: 'over';
      readonly channel: Channel;
      readonly status: NegativeOutcome;
      readonly reason: Reason | null;
    }
  | { readonly state: 'running'; readonly channel: Channel; readonly endsAtMs: number }
  | { readonly state: 'unused'; readonly channel: Channel };

/**
 * The steps at `nowMs`, of which at most one runs. A step ends by a fact about it, by a fact about a
 * later one, or when its time is over; the clock never ends the last one.
 */
export function stages(facts: Facts, nowMs: number): readonly Stage[] {
  const { workflow, channelTimeoutSeconds, atMs } = facts.started;
  const lastHeardOf = workflow.findLastIndex(
    (channel) => facts.outcomes.has(channel) || facts.skipped.has(channel),
  );
  const result: Stage[] = [];
  let startsAtMs = atMs;
  let running = false;
  for (const [index, channel] of workflow.entries()) {
    if (running) {
      result.push({ state: 'unused', channel });
      continue;
    }
    const endsAtMs = startsAtMs + durationMs(channel, channelTimeoutSeconds);
    const end = endByFact(facts, channel) ?? (index < lastHeardOf ? passedOver(facts) : undefined);
    const isLast = index === workflow.length - 1;
    if (end) {
      result.push({ state: 'over', channel, status: end.status, reason: end.reason });
      startsAtMs = Math.max(startsAtMs, Math.min(end.atMs, endsAtMs));
    } else if (nowMs >= endsAtMs && !isLast) {
      result.push({ state: 'over', channel, status: 'expired', reason: 'channel_expired' });
      startsAtMs = endsAtMs;
    } else {
      result.push({ state: 'running', channel, endsAtMs });
      running = true;
    }
  }
  return result;
}

/** The channel that runs at `nowMs`; `undefined` when every step is over by a fact. */
export function runningChannel(facts: Facts, nowMs: number): Channel | undefined {
  return stages(facts, nowMs).find(({ state }) => state === 'running')?.channel;
}

/**
 * The channel that an app means which names none: the running one, or, while that is new, the one
 * before it, because a repeated or late wish must not skip a second channel.
 */
export function channelToSkip(facts: Facts, nowMs: number): Channel | undefined {
  const at = stages(facts, nowMs);
  const index = at.findIndex(({ state }) => state === 'running');
  const running = at[index];
  if (running?.state !== 'running') return undefined;
  const { atMs, channelTimeoutSeconds } = facts.started;
  const startedAtMs = running.endsAtMs - durationMs(running.channel, channelTimeoutSeconds);
  const isNew = startedAtMs > atMs && nowMs < startedAtMs + NEW_STEP_MS;
  return isNew ? at[index - 1]?.channel : running.channel;
}

interface StepEnd {
  readonly status: NegativeOutcome;
  readonly reason: Reason | null;
  readonly atMs: number;
}

function endByFact(facts: Facts, channel: Channel): StepEnd | undefined {
  const { started, outcomes, skipped } = facts;
  if (channel === 'silent_auth') {
    if (started.networkUnsupported) {
      return { status: 'failed', reason: 'network_unsupported', atMs: started.atMs };
    }
    const rejected = rejectedSilentAuthAttempt(facts);
    if (rejected) {
      const reported = outcomes.get(channel);
      const atMs = Math.min(rejected.checkedAtMs ?? facts.atMs, reported?.atMs ?? Infinity);
      return { status: reported?.outcome ?? 'failed', reason: 'code_rejected', atMs };
    }
  }
  const skip = skipped.get(channel);
  if (!skip) {
    const reported = outcomes.get(channel);
    return (
      reported && {
        status: reported.outcome,
        reason: reasonOf(facts, channel),
        atMs: reported.atMs,
      }
    );
  }
  const chosen = skip.error === null || skip.error === 'user_choice';
  return {
    status: chosen ? 'cancelled' : 'failed',
    reason: SKIP_REASONS[skip.error ?? 'user_choice'],
    atMs: skip.atMs,
  };
}

function passedOver(facts: Facts): StepEnd {
  return { status: 'expired', reason: 'channel_expired', atMs: facts.atMs };
}

/** Why Vonage's own outcome ended a channel. */
export function reasonOf(facts: Facts, channel: Channel): Reason | null {
  switch (facts.outcomes.get(channel)?.outcome) {
    case 'user_rejected':
      return channel === 'silent_auth' ? 'number_mismatch' : 'provider_failed';
    case 'failed':
      return channel === 'silent_auth' ? 'carrier_failed' : 'provider_failed';
    case 'expired':
      return 'channel_expired';
    case 'blocked':
      return 'blocked_by_provider';
    case 'cancelled':
      return 'provider_failed';
    default:
      return null;
  }
}

const SKIP_REASONS: Record<SkipError, Reason> = {
  sdk_no_data_connectivity: 'no_mobile_data',
  sdk_connection_error: 'handset_error',
  sdk_redirect_error: 'handset_error',
  sdk_timeout_error: 'handset_error',
  sdk_error: 'handset_error',
  check_url_rejected: 'carrier_failed',
  request_id_mismatch: 'request_id_mismatch',
  user_choice: 'cancelled_by_client',
  other: 'handset_error',
};
