/** A verification that runs, as the app has it: what it sees and what it may do. */

import type { Channel, LeaveError, VerificationObject } from './contract.ts';
import type { HandsetAnswer } from './handset.ts';
import type { Listener } from './mirror.ts';

export interface Abortable {
  readonly signal?: AbortSignal | undefined;
}

/** Calls throw `ClientProblem`, or the reason of their signal. All of them are safe to repeat. */
export interface Verification {
  readonly requestId: string;
  /** The newest object; the same reference until it changes. */
  readonly current: VerificationObject;
  /** The current object and every newer one; ends with the verification, with `close`, or aborted. */
  updates(options?: Abortable): AsyncGenerator<VerificationObject, void, undefined>;
  /** Hears of every newer object; returns what ends it. */
  onChange(listener: Listener): () => void;
  /** The final object. */
  finished(options?: Abortable): Promise<VerificationObject>;
  /** Reads `/status` and reopens the socket: for an app that comes back to the foreground. */
  refresh(options?: Abortable): Promise<VerificationObject>;
  /** Hands in a code that the user typed. `checking`: the outcome comes as an update. */
  checkCode(code: string, options?: Abortable): Promise<VerificationObject>;
  /**
   * Hands in what came of a check_url, for apps that gave no `openCheckUrl`: the right call with the
   * right error. A result of an older check_url is dropped.
   */
  handsetAnswered(
    checkUrl: string,
    answer: HandsetAnswer,
    options?: Abortable,
  ): Promise<VerificationObject>;
  /** Leaves a channel. @default the running one, by the user's choice */
  nextWorkflow(
    request?: { readonly from?: Channel; readonly error?: LeaveError },
    options?: Abortable,
  ): Promise<VerificationObject>;
  cancel(options?: Abortable): Promise<VerificationObject>;
  /** For the company's own backend, within 10 minutes after `completed`. */
  proof(
    request: { readonly phoneNumber?: string; readonly email?: string },
    options?: Abortable,
  ): Promise<{ readonly proof: string; readonly expiresAt: string }>;
  /** Ends socket, polling and iterations; the verification itself goes on, see `resume`. */
  close(): void;
}
