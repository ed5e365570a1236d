/** Reports the result of a check_url on the handset to the backend. */

import type { CallOptions, Calls } from './calls.ts';
import { isFinal, type VerificationObject } from './contract.ts';
import { type HandsetAnswer, readHandsetAnswer } from './handset.ts';
import type { Mirror } from './mirror.ts';
import { ClientProblem, isProblem } from './problem.ts';
import type { ServerClock } from './server-clock.ts';
import { wait } from './waiting.ts';

/** Upper bound of the wait for Vonage's own report of a refusal: 5 s in the backend plus 1 s. */
const REJECTION_WAIT_MS = 6_000;
const GRACE_MS = 250;

export interface HandsetReport {
  /**
   * Whether a result of this check_url still counts: it is the newest one, and silent_auth runs.
   */
  isCurrent(checkUrl: string): boolean;
  /** Makes the call that matches the answer, unless it is too late; safe to repeat. */
  answered(
    checkUrl: string,
    answer: HandsetAnswer | null | undefined,
    options: CallOptions,
  ): Promise<VerificationObject>;
}

export function createHandsetReport(
  mirror: Mirror,
  calls: Calls,
  clock: ServerClock,
): HandsetReport {
  let latest: string | undefined;

  function isCurrent(checkUrl: string): boolean {
    const { action, channel } = mirror.current;
    if (action?.type === 'open_check_url') latest = action.check_url;
    return latest === checkUrl && channel === 'silent_auth' && !isFinal(mirror.current);
  }

  /**
   * A foreign request_id is also sent to the backend, which then aborts the verification. In that
   * case this always throws, even if the socket reports the end first, which ends the call.
   */
  async function submit(
    requestId: string,
    code: string,
    options: CallOptions,
  ): Promise<VerificationObject> {
    const submitted = calls.checkCode(requestId, code, options);
    if (requestId === mirror.current.request_id) return submitted;
    await submitted.catch((error) => {
      if (!isProblem(error) && !isFinal(mirror.current)) throw error;
    });
    throw new ClientProblem('request_id_mismatch', 'the request_id is of another one', {
      status: 409,
      retryable: false,
      verification: mirror.current,
    });
  }

  /**
   * Vonage knows the refusal and usually reports it. If it does not, a second report ends the step.
   */
  async function reportRejection(
    checkUrl: string,
    options: CallOptions,
  ): Promise<VerificationObject> {
    const send = (): Promise<VerificationObject> =>
      calls.leave('silent_auth', 'check_url_rejected', options);
    const { next_change_at: next, expires_at: end } = await send();
    const waitMs = Math.min(clock.until(next ?? end) + GRACE_MS, REJECTION_WAIT_MS);
    await moved(checkUrl, waitMs, options.signal);
    if (isCurrent(checkUrl)) await calls.read(options);
    return isCurrent(checkUrl) ? send() : mirror.current;
  }

  async function moved(
    checkUrl: string,
    timeoutMs: number,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    if (!isCurrent(checkUrl)) return;
    let unlisten: (() => void) | undefined;
    const change = new Promise<void>((resolve) => {
      unlisten = mirror.onChange(() => isCurrent(checkUrl) || resolve());
    });
    await Promise.race([change, wait(timeoutMs, signal)]).finally(() => unlisten?.());
  }

  return {
    isCurrent,
    async answered(checkUrl, answer, options) {
      if (!isCurrent(checkUrl)) return mirror.current;
      const result = readHandsetAnswer(answer);
      if (result.type === 'code') return submit(result.requestId, result.code, options);
      if (result.error === 'check_url_rejected') return reportRejection(checkUrl, options);
      return calls.leave('silent_auth', result.error, options);
    },
  };
}
