/** Vonage Verify v2: the calls that we make, and every answer that a use case can get. */

import type { Channel } from '../workflow.ts';
import type { Budget } from './clock.ts';

/** One channel of `POST /v2/verify`, with the address it goes to. */
export interface RequestedChannel {
  readonly channel: Channel;
  /** E.164 with its `+`, or an e-mail address. */
  readonly to: string;
}

export interface VerifyRequest {
  readonly workflow: readonly RequestedChannel[];
  /** 32 hex digits, echoed in webhooks. */
  readonly clientRef: string;
  /** `language[-script][-region]` in lower case. @default Vonage's own */
  readonly locale?: string;
  readonly result: 'json' | 'redirect';
}

/**
 * The result of `POST /v2/verify`. `unknown`: Vonage may have created a request (timeout, 5xx,
 * unintelligible answer). Every other refusal certainly created none.
 */
export type VerifyAnswer =
  | { readonly outcome: 'created'; readonly requestId: string; readonly checkUrl?: string }
  | { readonly outcome: 'in_flight'; readonly requestId?: string }
  | { readonly outcome: 'unknown' }
  | { readonly outcome: VerifyRefusal };

export type VerifyRefusal =
  | 'network_unsupported'
  | 'number_refused'
  | 'email_refused'
  | 'locale_refused'
  /** Vonage refuses a setting of the stage, such as the brand or a sender. */
  | 'misconfigured'
  | 'unavailable';

/**
 * The result of checking a code. `unknown`: Vonage may have checked it, but its answer was lost.
 */
export type CheckAnswer =
  | 'accepted'
  | 'rejected'
  | 'exhausted'
  | 'not_expected'
  | 'not_found'
  | 'not_executed'
  | 'unknown';

/**
 * After `moved` or `unknown` Vonage must not be asked again. `refused`: Vonage certainly did not
 * move on.
 */
export type NextAnswer = 'moved' | 'none_left' | 'refused' | 'unknown';

/** `unknown`: the answer was lost, and so was the answer to a second request on a new socket. */
export type CancelAnswer = 'cancelled' | 'not_found' | 'refused' | 'unknown';

export interface Vonage {
  readonly verify: (request: VerifyRequest, budget: Budget) => Promise<VerifyAnswer>;
  readonly check: (requestId: string, code: string, budget: Budget) => Promise<CheckAnswer>;
  /**
   * `isStillNeeded` is asked after a short wait, in which Vonage's own webhook may arrive; if it
   * returns false, no call is made.
   */
  readonly next: (
    requestId: string,
    budget: Budget,
    isStillNeeded?: () => Promise<boolean>,
  ) => Promise<NextAnswer>;
  /**
   * Vonage cancels only from 30 s after the start, and only before its second event. Never throws.
   */
  readonly cancel: (requestId: string, budget: Budget) => Promise<CancelAnswer>;
}
