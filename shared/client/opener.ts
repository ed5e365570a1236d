/** The check_url on the handset: opened once each, its result handed in, whatever is late dropped. */

import { type Calls, PATIENT_ATTEMPTS } from './calls.ts';
import { isFinal, type VerificationObject } from './contract.ts';
import type { Timing } from './environment.ts';
import { type HandsetAnswer, type OpenCheckUrl, readHandsetAnswer } from './handset.ts';
import type { Mirror } from './mirror.ts';
import { ClientProblem } from './problem.ts';
import type { ServerClock } from './server-clock.ts';
import { abortable, wait } from './waiting.ts';

/** Vonage's own word on a carrier's refusal is waited for as long as the backend does, and a bit. */
const REJECTION_WAIT_MS = 6_000;
const GRACE_MS = 250;

export interface Opener {
  /** Opens the check_url of an object that holds a new one; false when there is none. */
  consider(verification: VerificationObject): boolean;
  /** Hands in what came of a check_url; safe to repeat. */
  answered(
    checkUrl: string,
    answer: HandsetAnswer,
    options: { readonly signal?: AbortSignal | undefined; readonly attempts?: number },
  ): Promise<VerificationObject>;
}

export interface OpenerNeeds {
  readonly mirror: Mirror;
  readonly calls: Calls;
  readonly clock: ServerClock;
  readonly timing: Timing;
  readonly openCheckUrl: OpenCheckUrl | undefined;
  /** The page navigates away; false when it did so before. */
  readonly navigate: (checkUrl: string) => Promise<boolean>;
  /** The app's whole network may be bound to mobile data meanwhile. */
  readonly pause: () => void;
  readonly resume: () => void;
  readonly onProblem: (problem: ClientProblem) => void;
  /** Aborted when the app closes the verification. */
  readonly closing: AbortSignal;
}

export function createOpener(needs: OpenerNeeds): Opener {
  const { mirror, calls, clock, timing, openCheckUrl, closing } = needs;
  const opened = new Set<string>();
  let latest: string | undefined;
  let running = 0;

  /** Whether a result of this check_url still matters. */
  function isCurrent(checkUrl: string): boolean {
    const { current } = mirror;
    const { action, channel } = current;
    const newest = action?.type === 'open_check_url' ? action.check_url : latest;
    return newest === checkUrl && channel === 'silent_auth' && !isFinal(current);
  }

  function consider({ action }: VerificationObject): boolean {
    if (action?.type !== 'open_check_url') return false;
    latest = action.check_url;
    if (!openCheckUrl || opened.has(latest)) return false;
    opened.add(latest);
    running += 1;
    needs.pause();
    run(openCheckUrl, latest, action.method).catch((error) => {
      if (error instanceof ClientProblem) needs.onProblem(error);
      else if (!closing.aborted) throw error;
    });
    return true;
  }

  async function run(
    open: OpenCheckUrl,
    checkUrl: string,
    method: 'fetch' | 'navigate',
  ): Promise<void> {
    let answer: HandsetAnswer | undefined;
    try {
      if (method === 'fetch' || (await needs.navigate(checkUrl))) {
        answer = await openInTime(open, checkUrl, method);
      }
    } finally {
      running -= 1;
      if (running === 0) needs.resume();
    }
    if (answer) await answered(checkUrl, answer, { signal: closing, attempts: PATIENT_ATTEMPTS });
  }

  /** What the app's function returned, or what stands for its failure; nothing once it is too late. */
  async function openInTime(
    open: OpenCheckUrl,
    checkUrl: string,
    method: 'fetch' | 'navigate',
  ): Promise<HandsetAnswer | undefined> {
    const ending = new AbortController();
    const end = (): void => ending.abort();
    const unlisten = mirror.onChange(() => isCurrent(checkUrl) || end());
    closing.addEventListener('abort', end);
    let isTimedOut = false;
    const timer = setTimeout(() => {
      isTimedOut = true;
      end();
    }, timing.handsetMs);
    try {
      return await abortable(open(checkUrl, { method, signal: ending.signal }), ending.signal);
    } catch {
      if (isTimedOut) return { error: 'sdk_timeout_error' };
      return ending.signal.aborted ? undefined : { error: 'sdk_error' };
    } finally {
      clearTimeout(timer);
      unlisten();
      closing.removeEventListener('abort', end);
    }
  }

  const answered: Opener['answered'] = async (checkUrl, answer, options) => {
    if (!isCurrent(checkUrl)) return mirror.current;
    const result = readHandsetAnswer(answer);
    if (result.type === 'code') return submit(result.requestId, result.code, options);
    if (result.error === 'check_url_rejected') return reportRejection(checkUrl, options);
    return calls.leave('silent_auth', result.error, options);
  };

  /** A foreign request_id goes to the backend too, which aborts; whatever it says, it is a no. */
  const submit = async (
    requestId: string,
    code: string,
    options: { readonly signal?: AbortSignal | undefined },
  ): Promise<VerificationObject> => {
    const submitted = calls.checkCode(requestId, code, options);
    if (requestId === mirror.current.request_id) return submitted;
    await submitted.catch((error) => {
      if (!(error instanceof ClientProblem)) throw error;
    });
    throw new ClientProblem(
      'request_id_mismatch',
      'the handset received the request_id of another verification',
      { status: 409, retryable: false, verification: mirror.current },
    );
  };

  /** Vonage knows already and will tell; only if it does not may a second report move on. */
  async function reportRejection(
    checkUrl: string,
    options: { readonly signal?: AbortSignal | undefined },
  ): Promise<VerificationObject> {
    const report = (): Promise<VerificationObject> =>
      calls.leave('silent_auth', 'check_url_rejected', options);
    const { next_change_at: next, expires_at: end } = await report();
    const waitMs = Math.min(clock.until(next ?? end) + GRACE_MS, REJECTION_WAIT_MS);
    await moved(checkUrl, Math.max(0, waitMs), options.signal);
    if (isCurrent(checkUrl)) await calls.read(options).catch(() => undefined);
    return isCurrent(checkUrl) ? report() : mirror.current;
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

  return { consider, answered };
}
