/**
 * How one channel ended: by Vonage's report, or by a fact that only we know. The clock is not used.
 */

import { rejectedSilentAuthAttempt } from './attempts.ts';
import type { ChannelSkipped } from './events.ts';
import type { Facts } from './facts.ts';
import type { Reason } from './verification.ts';
import type { Channel, NegativeOutcome, SkipError } from './workflow.ts';

export interface ChannelEnd {
  readonly status: NegativeOutcome;
  readonly reason: Reason | null;
  readonly atMs: number;
}

/** `undefined` while no fact has ended the channel. */
export function endOf(facts: Facts, channel: Channel): ChannelEnd | undefined {
  return (
    (channel === 'silent_auth' ? endOfSilentAuth(facts) : undefined) ??
    endBySkip(facts.skipped.get(channel)) ??
    endByReport(facts, channel)
  );
}

/** Ends that only we know: the handset gave up, or Vonage refused the one code of silent_auth. */
export function ownOutcome(facts: Facts, channel: Channel): NegativeOutcome | undefined {
  if (channel !== 'silent_auth') return undefined;
  return facts.skipped.has(channel) || isSilentAuthRefused(facts) ? 'failed' : undefined;
}

/** Whether Vonage refused silent_auth at the start, or its one code. */
export function isSilentAuthRefused(facts: Facts): boolean {
  return facts.started.networkUnsupported || rejectedSilentAuthAttempt(facts) !== undefined;
}

/** Why Vonage's own outcome ended a channel. */
export function reportedReason(facts: Facts, channel: Channel): Reason | null {
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

function endOfSilentAuth(facts: Facts): ChannelEnd | undefined {
  const { started, outcomes, skipped } = facts;
  if (started.networkUnsupported) {
    return { status: 'failed', reason: 'network_unsupported', atMs: started.atMs };
  }
  const rejected = rejectedSilentAuthAttempt(facts);
  if (!rejected) return undefined;
  const reported = outcomes.get('silent_auth');
  const skippedAtMs = skipped.get('silent_auth')?.atMs ?? Infinity;
  const checkedAtMs = rejected.checkedAtMs ?? facts.atMs;
  const atMs = Math.min(checkedAtMs, reported?.atMs ?? Infinity, skippedAtMs);
  return { status: reported?.outcome ?? 'failed', reason: 'code_rejected', atMs };
}

function endBySkip(skip: ChannelSkipped | undefined): ChannelEnd | undefined {
  if (!skip) return undefined;
  const isChosen = skip.error === null || skip.error === 'user_choice';
  return {
    status: isChosen ? 'cancelled' : 'failed',
    reason: SKIP_REASONS[skip.error ?? 'user_choice'],
    atMs: skip.atMs,
  };
}

function endByReport(facts: Facts, channel: Channel): ChannelEnd | undefined {
  const reported = facts.outcomes.get(channel);
  return (
    reported && {
      status: reported.outcome,
      reason: reportedReason(facts, channel),
      atMs: reported.atMs,
    }
  );
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
