/**
 * The objects of the API as plain types, so that the built client and its declarations have no
 * dependencies. A test compares them with the schemas of `shared/contract`.
 */

/** A channel of Vonage. */
export type Channel = 'silent_auth' | 'sms' | 'voice' | 'email' | 'whatsapp' | 'rcs';

/** The last seven are final. A status that this client does not know is shown as `pending`. */
export type Status =
  | 'pending'
  | 'action_pending'
  | 'checking'
  | 'completed'
  | 'failed'
  | 'user_rejected'
  | 'expired'
  | 'blocked'
  | 'cancelled'
  | 'aborted';

export type StepStatus = 'unused' | Exclude<Status, 'aborted'>;

export type Reason =
  | 'number_mismatch'
  | 'network_unsupported'
  | 'no_mobile_data'
  | 'handset_error'
  | 'carrier_failed'
  | 'channel_expired'
  | 'timed_out'
  | 'code_attempts_exhausted'
  | 'code_rejected'
  | 'request_id_mismatch'
  | 'blocked_by_provider'
  | 'cancelled_by_client'
  | 'provider_failed';

export type Action =
  | { type: 'open_check_url'; check_url: string; method: 'fetch' | 'navigate' }
  | { type: 'submit_code'; code_length: number; attempts_remaining: number };

/** One attempt to prove a number, as in every answer and push. Times are ISO 8601 UTC. */
export interface VerificationObject {
  request_id: string;
  /** Counts visible changes, from 1. */
  seq: number;
  status: Status;
  channel: Channel;
  next_channel: Channel | null;
  /** What the app does now; an unknown action is shown as `null`. */
  action: Action | null;
  workflow: { channel: Channel; status: StepStatus; reason: Reason | null }[];
  /** What is proven. An e-mail code never proves a number. */
  verified: { phone_number: boolean; email: boolean };
  reason: Reason | null;
  created_at: string;
  updated_at: string;
  next_change_at: string | null;
  expires_at: string;
  ended_at: string | null;
}

export interface StartAnswer {
  request_id: string;
  client_token: string;
  websocket_url: string;
  verification: VerificationObject;
}

export type ProblemCode =
  | 'request_invalid'
  | 'code_invalid'
  | 'client_token_invalid'
  | 'signature_invalid'
  | 'start_in_progress'
  | 'request_id_mismatch'
  | 'code_not_expected'
  | 'no_next_channel'
  | 'verification_closed'
  | 'payload_too_large'
  | 'media_type_unsupported'
  | 'phone_number_refused'
  | 'network_unsupported'
  | 'idempotency_mismatch'
  | 'proof_refused'
  | 'rate_limited'
  | 'internal'
  | 'provider_unavailable'
  | 'dependency_unavailable';

/** Why the app skips a channel: an error of the handset's library, or a reason of its own. */
export type SkipError =
  | 'sdk_no_data_connectivity'
  | 'sdk_connection_error'
  | 'sdk_redirect_error'
  | 'sdk_timeout_error'
  | 'sdk_error'
  | 'check_url_rejected'
  | 'request_id_mismatch'
  | 'user_choice'
  | 'other';

const FINAL: readonly Status[] = [
  'completed',
  'failed',
  'user_rejected',
  'expired',
  'blocked',
  'cancelled',
  'aborted',
];
const RUNNING: readonly Status[] = ['pending', 'action_pending', 'checking'];

export function isFinal({ status }: VerificationObject): boolean {
  return FINAL.includes(status);
}

/**
 * Makes a received value a verification; `undefined` when it is not one. Values that a newer server
 * may have added become what the contract demands: an unknown status `pending`, an unknown action
 * `null`.
 */
export function toVerification(value: unknown): VerificationObject | undefined {
  if (!isRecord(value) || typeof value.request_id !== 'string') return undefined;
  const { seq, status, action, updated_at: updatedAt, workflow, verified } = value;
  const isWhole = Number.isInteger(seq) && Array.isArray(workflow) && isRecord(verified);
  if (!isWhole || Number.isNaN(Date.parse(String(updatedAt)))) return undefined;
  const isKnown = [...RUNNING, ...FINAL].some((known) => known === status);
  const type = isRecord(action) ? action.type : undefined;
  return {
    ...(value as unknown as VerificationObject),
    status: isKnown ? (status as Status) : 'pending',
    action: type === 'open_check_url' || type === 'submit_code' ? (action as Action) : null,
  };
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
