/** Puts the parts of a running verification together. */

import { createCalls } from './calls.ts';
import { isFinal, type StartAnswer, type VerificationObject } from './contract.ts';
import type { Environment } from './environment.ts';
import { createFeed } from './feed.ts';
import type { OpenCheckUrl } from './handset.ts';
import { createHandsetReport } from './handset-report.ts';
import type { Http } from './http.ts';
import { createMirror } from './mirror.ts';
import { createOpener } from './opener.ts';
import { type ClientProblem, isProblem } from './problem.ts';
import { createServerClock } from './server-clock.ts';
import { holdSocket } from './socket.ts';
import type { Verification } from './verification.ts';
import { abortReason } from './waiting.ts';

export interface VerificationNeeds {
  readonly answer: StartAnswer;
  readonly http: Http;
  readonly environment: Environment;
  readonly openCheckUrl: OpenCheckUrl | undefined;
  readonly onProblem: (problem: ClientProblem) => void;
  /** Saves that the page navigates to this check_url; false when it has done so before. */
  readonly navigate: (checkUrl: string) => Promise<boolean>;
  /**
   * Removes the saved verification, because it has ended, its token was refused, or its proof was
   * fetched.
   */
  readonly forget: () => Promise<void>;
}

export function runVerification(needs: VerificationNeeds): Verification {
  const { answer, http, environment, openCheckUrl, onProblem, navigate, forget } = needs;
  const { client_token: token, websocket_url: url, request_id: requestId } = answer;
  const closing = new AbortController();
  const clock = createServerClock(environment.now);
  const mirror = createMirror(answer.verification, applied);
  const calls = createCalls({ http, token, mirror, clock }, environment);
  const socket = holdSocket(
    { url, token, onVerification: (value) => mirror.apply(value), onHeld: () => feed.reschedule() },
    environment,
  );
  const feed = createFeed(
    {
      socket,
      current: () => mirror.current,
      untilServer: (time) => clock.until(time),
      read: () => calls.read({ signal: closing.signal }),
      onRefused: refused,
    },
    environment,
  );
  const report = createHandsetReport(mirror, calls, clock);
  const open = createOpener({
    mirror,
    report,
    timing: environment.timing,
    openCheckUrl,
    navigate,
    pause: () => feed.pause(),
    resume: () => feed.resume(),
    onProblem,
    closing: closing.signal,
  });
  let isOver = false;

  function applied(verification: VerificationObject): void {
    clock.learn(Date.parse(verification.updated_at));
    open(verification);
    if (isFinal(verification)) over(verification);
    feed.reschedule();
  }

  /**
   * A completed verification stays saved until its proof is fetched. `verified` may become true a
   * moment after `completed`, so the feed stays open for it.
   */
  function over({ status, verified }: VerificationObject): void {
    const isCompleted = status === 'completed';
    if (!isCompleted || verified.phone_number || verified.email) close();
    if (isOver) return;
    isOver = true;
    if (!isCompleted) void forget();
    if (closing.signal.aborted) return;
    const timer = setTimeout(close, environment.timing.lingerMs);
    closing.signal.addEventListener('abort', () => clearTimeout(timer));
  }

  function refused(problem: ClientProblem): void {
    mirror.end(problem);
    close();
    void forget();
    onProblem(problem);
  }

  function close(): void {
    feed.close();
    mirror.end();
    closing.abort();
  }

  const verification: Verification = {
    requestId,
    get current() {
      return mirror.current;
    },
    updates: ({ signal } = {}) => mirror.updates(signal),
    onChange: (listener) => mirror.onChange(listener),
    async finished({ signal } = {}) {
      for await (const newest of mirror.updates(signal)) if (isFinal(newest)) return newest;
      throw signal?.aborted ? abortReason(signal) : new Error('the verification was closed');
    },
    refresh(options) {
      feed.renew();
      return calls.read(options);
    },
    checkCode: (code, options) => calls.checkCode(requestId, code, options),
    handsetAnswered: (checkUrl, handset, options = {}) =>
      report.answered(checkUrl, handset, options),
    nextWorkflow: ({ from, error } = {}, options) =>
      calls.leave(from ?? mirror.current.channel, error ?? 'user_choice', options),
    cancel: (options) => calls.cancel(options),
    async proof({ phoneNumber, email }, options) {
      try {
        const proof = await calls.proof({ phone_number: phoneNumber, email }, options);
        await forget();
        return proof;
      } catch (error) {
        if (isProblem(error, 'verification_closed')) await forget();
        throw error;
      }
    },
    close,
  };

  clock.learn(Date.parse(answer.verification.updated_at));
  if (isFinal(answer.verification)) over(answer.verification);
  else if (!open(answer.verification)) feed.resume();
  return verification;
}
