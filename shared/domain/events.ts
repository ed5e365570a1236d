/** The events of a verification's log: facts in the order in which they were stored. */

import type { Channel, NegativeOutcome, Outcome, SkipError } from './workflow.ts';

/**
 * Outcome of a check at Vonage. `not_executed`: Vonage did not check the code, so the try does not
 * count.
 */
export const CHECK_OUTCOMES = [
  'accepted',
  'rejected',
  'exhausted',
  'not_expected',
  'not_found',
  'not_executed',
] as const;
export type CheckOutcome = (typeof CHECK_OUTCOMES)[number];

/**
 * Letters occur in the code of silent_auth only; digits count as a PIN. The code itself is not
 * stored.
 */
export type CodeKind = 'letters' | 'digits';

export interface Started {
  readonly type: 'started';
  readonly atMs: number;
  readonly workflow: readonly Channel[];
  readonly channelTimeoutSeconds: number;
  readonly codeLength: number;
  readonly afterUserRejected: 'continue' | 'stop';
  /** How the app opens the check_url: `navigate` for web pages (`result: redirect`). */
  readonly method: 'fetch' | 'navigate';
  /** Vonage could not try silent_auth (412, or a 202 without check_url after a coverage check). */
  readonly networkUnsupported: boolean;
  /**
   * All code channels send the same code (`reuse_code`), so a code proves only what each of these
   * channels would prove. Absent in logs of earlier releases.
   */
  readonly sharesCode?: true;
  /** The check_url of Vonage's 202, unless a webhook brought it earlier. */
  readonly checkUrl?: string;
  /** HMAC of the phone number, and of the e-mail address, with the identity key. */
  readonly phoneNumberHash: string;
  readonly emailHash?: string;
  /** `nonce` of your backend and `sub` of the authorizer, for the proof and the event of the end. */
  readonly nonce?: string;
  readonly subject?: string;
}

export interface CheckUrlIssued {
  readonly type: 'check_url_issued';
  readonly atMs: number;
  readonly checkUrl: string;
}

export interface ChannelEnded {
  readonly type: 'channel_ended';
  readonly atMs: number;
  readonly channel: Channel;
  readonly outcome: Outcome;
}

export interface Summarized {
  readonly type: 'summarized';
  readonly atMs: number;
  readonly status: Outcome;
  /** The channels whose end the summary names; those `unused` are left out. */
  readonly outcomes: readonly { readonly channel: Channel; readonly outcome: Outcome }[];
}

/** What Vonage reports by webhook. */
export type ProviderEvent = CheckUrlIssued | ChannelEnded | Summarized;

export interface CodeSubmitted {
  readonly type: 'code_submitted';
  readonly atMs: number;
  readonly attempt: string;
  readonly kind: CodeKind;
}

export interface CodeChecked {
  readonly type: 'code_checked';
  readonly atMs: number;
  readonly attempt: string;
  readonly outcome: CheckOutcome;
}

/** The carrier answered the handset with a refusal: Vonage knows already and will report it. */
export interface RejectionReported {
  readonly type: 'rejection_reported';
  readonly atMs: number;
}

export interface ChannelSkipped {
  readonly type: 'channel_skipped';
  readonly atMs: number;
  readonly channel: Channel;
  readonly error: SkipError | null;
  /** Counts from 1; each refusal of Vonage to move on adds 1. */
  readonly attempt: number;
}

/** Vonage certainly did not move on: the channel runs again and may be skipped again. */
export interface SkipRefused {
  readonly type: 'skip_refused';
  readonly atMs: number;
  readonly channel: Channel;
  readonly attempt: number;
}

export interface Ended {
  readonly type: 'cancelled' | 'aborted' | 'deadline';
  readonly atMs: number;
}

/**
 * Written before a DELETE at Vonage, so that each occasion sends at most one. `n` is 1 at the end
 * itself, 2 by the clock, 3 for a later start or a repeated cancel.
 */
export interface LetGo {
  readonly type: 'let_go';
  readonly atMs: number;
  readonly n: 1 | 2 | 3;
}

/** The end was published on the event bus. */
export interface Notified {
  readonly type: 'notified';
  readonly atMs: number;
}

/** What a webhook reported. */
export interface Report {
  readonly requestId: string;
  readonly event: ProviderEvent;
  /** Price that Vonage reported in a summary. */
  readonly priceEuros?: number;
  /** Steps that Vonage's fraud rules refused, as reported in a summary. */
  readonly blocked?: readonly Blocked[];
}

export interface Blocked {
  readonly channel: Channel;
  /** Mobile country and network code, in the form of Network Unblock; absent: Vonage named none. */
  readonly network?: string;
}

export type VerificationEvent =
  | Started
  | ProviderEvent
  | CodeSubmitted
  | CodeChecked
  | RejectionReported
  | ChannelSkipped
  | SkipRefused
  | Ended
  | LetGo
  | Notified;

/** Whether an outcome ends a channel without proof. */
export function isNegative(outcome: Outcome): outcome is NegativeOutcome {
  return outcome !== 'completed';
}
