/** A verification: the one object that answers, pushes and snapshots carry. */

import type { Channel, NegativeOutcome } from './workflow.ts';

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
  /** End of the running step: a client that has received nothing by then reads the status. */
  readonly nextChangeAtMs: number | null;
  readonly expiresAtMs: number;
  readonly endedAtMs: number | null;
}

export function isFinal({ status }: Verification): boolean {
  return !['pending', 'action_pending', 'checking'].includes(status);
}
