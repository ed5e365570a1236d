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
 * What became of `POST /v2/verify`. `unknown`: Vonage may have created a request (timeout, 5xx,
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
  /** Vonage refuses what the stage says, such as the brand or a sender. */
  | 'misconfigured'
  | 'unavailable';

/** What Vonage made of a code; `unknown`: it may have checked it, its answer was lost. */
export type CheckAnswer =
  | 'accepted'
  | 'rejected'
  | 'exhausted'
  | 'not_expected'
  | 'not_found'
  | 'not_executed'
  | 'unknown';

/** `moved` or `unknown`: never ask again; `refused`: Vonage certainly did not move. */
export type NextAnswer = 'moved' | 'none_left' | 'refused' | 'unknown';

/** `unknown`: its answer was lost, and that of a second request on a new socket too. */
export type CancelAnswer = 'cancelled' | 'not_found' | 'refused' | 'unknown';

export interface Vonage {
  readonly verify: (request: VerifyRequest, budget: Budget) => Promise<VerifyAnswer>;
  readonly check: (requestId: string, code: string, budget: Budget) => Promise<CheckAnswer>;
  /** `isStillNeeded`: asked after a moment in which Vonage's own word may come; if not, no call. */
  readonly next: (
    requestId: string,
    budget: Budget,
    isStillNeeded?: () => Promise<boolean>,
  ) => Promise<NextAnswer>;
  /** Vonage cancels only from 30 s on and before its second event. Never throws. */
  readonly cancel: (requestId: string, budget: Budget) => Promise<CancelAnswer>;
}
