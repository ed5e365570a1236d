/** Channels, what each can prove, and how long each step of a workflow lasts. */

export const CHANNELS = ['silent_auth', 'sms', 'voice', 'email', 'whatsapp', 'rcs'] as const;
export type Channel = (typeof CHANNELS)[number];

/** How a channel can end without proving anything. */
export const NEGATIVE_OUTCOMES = [
  'failed',
  'expired',
  'user_rejected',
  'blocked',
  'cancelled',
] as const;
export type NegativeOutcome = (typeof NEGATIVE_OUTCOMES)[number];
export type Outcome = 'completed' | NegativeOutcome;

/**
 * Why the app skipped a channel: an error of the handset's SDK, or a reason of its own. Unknown
 * values count as `other`.
 */
export const SKIP_ERRORS = [
  'sdk_no_data_connectivity',
  'sdk_connection_error',
  'sdk_redirect_error',
  'sdk_timeout_error',
  'sdk_error',
  'check_url_rejected',
  'request_id_mismatch',
  'user_choice',
  'other',
] as const;
export type SkipError = (typeof SKIP_ERRORS)[number];

/** Tries of a code that Vonage allows: 3 for a PIN, 1 for the code of silent_auth (protocol §2). */
export const PIN_ATTEMPTS = 3;
export const SILENT_AUTH_ATTEMPTS = 1;

/** Vonage gives silent_auth this long, whatever `channel_timeout` says (protocol §0.7). */
export const SILENT_AUTH_SECONDS = 60;
/** Milliseconds that a handset waits for Vonage's event after it reported the carrier's refusal. */
export const REJECTION_WAIT_MS = 5_000;
/** Milliseconds after the last step in which Vonage's summary may still arrive. */
const DEADLINE_GRACE_MS = 30_000;

export function isChannel(value: unknown): value is Channel {
  return CHANNELS.some((channel) => channel === value);
}

/** Whether the code reaches the phone number. An e-mail proves no number. */
export function reachesPhoneNumber(channel: Channel): boolean {
  return channel !== 'email';
}

export function durationMs(channel: Channel, channelTimeoutSeconds: number): number {
  return (channel === 'silent_auth' ? SILENT_AUTH_SECONDS : channelTimeoutSeconds) * 1000;
}

/**
 * The moment at which a verification ends at the latest: 60 s + n × channel_timeout + 30 s after
 * its start.
 */
export function deadlineMs(
  startedAtMs: number,
  workflow: readonly Channel[],
  channelTimeoutSeconds: number,
): number {
  const codeChannels = workflow.filter((channel) => channel !== 'silent_auth').length;
  const stepsSeconds = SILENT_AUTH_SECONDS + codeChannels * channelTimeoutSeconds;
  return startedAtMs + stepsSeconds * 1000 + DEADLINE_GRACE_MS;
}
