/** A running verification: its state and the app's calls. */

import type { Proof } from './calls.ts';
import type { Channel, SkipError, VerificationObject } from './contract.ts';
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
  /**
   * The current object and every newer one; ends with the verification, after `close`, or when
   * aborted.
   */
  updates(options?: Abortable): AsyncGenerator<VerificationObject, void, undefined>;
  /** Called with every newer object; returns a function that unsubscribes. */
  onChange(listener: Listener): () => void;
  /** The final object. */
  finished(options?: Abortable): Promise<VerificationObject>;
  /** Reads `/status` and reopens the socket. Call it when the app comes back to the foreground. */
  refresh(options?: Abortable): Promise<VerificationObject>;
  /** Submits a code as the user typed it. `checking`: the outcome comes as an update. */
  checkCode(code: string, options?: Abortable): Promise<VerificationObject>;
  /**
   * Reports the result of a check_url, for apps without `openCheckUrl`: makes the matching call
   * with the matching error. The result of an older check_url is ignored.
   */
  handsetAnswered(
    checkUrl: string,
    answer: HandsetAnswer | null | undefined,
    options?: Abortable,
  ): Promise<VerificationObject>;
  /** Skips a channel. @default the running one, with `user_choice` */
  nextWorkflow(
    request?: { readonly from?: Channel; readonly error?: SkipError },
    options?: Abortable,
  ): Promise<VerificationObject>;
  cancel(options?: Abortable): Promise<VerificationObject>;
  /**
   * For your backend, within 10 minutes after `completed`. The saved verification is then removed.
   */
  proof(
    request: { readonly phoneNumber?: string | undefined; readonly email?: string | undefined },
    options?: Abortable,
  ): Promise<Proof>;
  /**
   * Ends socket, polling and iterations. The verification itself continues; `resume` opens it
   * again.
   */
  close(): void;
}
