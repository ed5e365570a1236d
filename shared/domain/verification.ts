/** What the log of a verification adds up to: the one object that answers, pushes and snapshots carry. */

import type { VerificationEvent } from './events.ts';
import { collect, type Facts, noFacts } from './facts.ts';
import { judge } from './judgement.ts';
import { view } from './view.ts';
import { type Channel, deadlineMs, type NegativeOutcome } from './workflow.ts';

export type FinalStatus =
  | 'completed'
  | 'failed'
  | 'user_rejected'
  | 'expired'
  | 'blocked'
  | 'cancelled'
  | 'aborted';
export type Status = 'pending' | 'action_pending' | 'checking' | FinalStatus;
export type StepStatus =
  | 'unused'
  | 'pending'
  | 'action_pending'
  | 'checking'
  | 'completed'
  | NegativeOutcome;

export const REASONS = [
  'number_mismatch',
  'network_unsupported',
  'no_mobile_data',
  'handset_error',
  'carrier_failed',
  'channel_expired',
  'timed_out',
  'code_attempts_exhausted',
  'code_rejected',
  'request_id_mismatch',
  'blocked_by_provider',
  'cancelled_by_client',
  'provider_failed',
] as const;
export type Reason = (typeof REASONS)[number];

export type Action =
  | {
      readonly type: 'open_check_url';
      readonly checkUrl: string;
      readonly method: 'fetch' | 'navigate';
    }
  | {
      readonly type: 'submit_code';
      readonly codeLength: number;
      readonly attemptsRemaining: number;
    };

export interface Step {
  readonly channel: Channel;
  readonly status: StepStatus;
  readonly reason: Reason | null;
}

export interface Verification {
  readonly requestId: string;
  /** Counts visible changes, from 1. */
  readonly seq: number;
  readonly status: Status;
  readonly channel: Channel;
  readonly nextChannel: Channel | null;
  readonly action: Action | null;
  readonly workflow: readonly Step[];
  /** Turns from false to true only, even after `completed`. */
  readonly verified: { readonly phoneNumber: boolean; readonly email: boolean };
  readonly reason: Reason | null;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
  /** End of the running step: a client that heard nothing by then asks again. */
  readonly nextChangeAtMs: number | null;
  readonly expiresAtMs: number;
  readonly endedAtMs: number | null;
}

/** The verification and what the last event of the log did to it. */
export interface Folded {
  readonly verification: Verification;
  readonly facts: Facts;
  /** Before the last event, at its time; absent when that event is `started`. */
  readonly before?: Verification;
  /** Whether the last event changed what a client can see. */
  readonly changed: boolean;
}

/**
 * Folds a log as it looks at `nowMs`. Total: it never throws. Without `started` there is nothing
 * that anybody could see, so the answer is `undefined`.
 *
 * `started` counts from the beginning wherever it stands, because nobody can see a verification
 * before it: a webhook that overtakes our own write is then no special case.
 */
export function fold(
  requestId: string,
  log: readonly VerificationEvent[],
  nowMs: number,
): Folded | undefined {
  const started = log.find((event) => event.type === 'started');
  if (!started) return undefined;

  let facts = judge(collect(noFacts(started), started));
  let seen: Sequence = { seq: 1, updatedAtMs: started.atMs };
  let before: Verification | undefined;
  let changed = true;
  for (const event of log) {
    if (event === started) continue;
    const next = judge(collect(facts, event));
    before = { requestId, ...seen, ...view(facts, event.atMs) };
    const after = { requestId, ...seen, ...view(next, event.atMs) };
    changed = JSON.stringify(before) !== JSON.stringify(after);
    if (changed) seen = { seq: seen.seq + 1, updatedAtMs: event.atMs };
    facts = next;
  }
  if (log.at(-1) === started) {
    before = undefined;
    changed = true;
  }
  const verification = { requestId, ...seen, ...view(facts, nowMs) };
  return { verification, facts, changed, ...(before && { before }) };
}

interface Sequence {
  readonly seq: number;
  readonly updatedAtMs: number;
}

/** Whether the event at `index` changed what a client can see when it was stored. */
export function hadEffect(
  requestId: string,
  log: readonly VerificationEvent[],
  index: number,
): boolean {
  const event = log[index];
  return event ? (fold(requestId, log.slice(0, index + 1), event.atMs)?.changed ?? false) : false;
}

export function isFinal(verification: Verification): boolean {
  return !['pending', 'action_pending', 'checking'].includes(verification.status);
}

/** Unfinished although its time is over: whoever sees this appends `deadline`. */
export function isOverdue(facts: Facts, nowMs: number): boolean {
  return !facts.final && nowMs >= expiresAtMs(facts);
}

export function expiresAtMs({ started }: Facts): number {
  return deadlineMs(started.atMs, started.workflow, started.channelTimeoutSeconds);
}
