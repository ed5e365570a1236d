/** Opens each check_url once on the handset, and only while its step runs. */

import { PATIENT_ATTEMPTS } from './calls.ts';
import type { VerificationObject } from './contract.ts';
import type { Timing } from './environment.ts';
import type { HandsetAnswer, OpenCheckUrl } from './handset.ts';
import type { HandsetReport } from './handset-report.ts';
import type { Mirror } from './mirror.ts';
import { type ClientProblem, isProblem } from './problem.ts';
import { abortable, onAbort } from './waiting.ts';

export interface OpenerNeeds {
  readonly mirror: Mirror;
  readonly report: HandsetReport;
  readonly timing: Timing;
  readonly openCheckUrl: OpenCheckUrl | undefined;
  /** Called before the page navigates away; false when it has done so before. */
  readonly navigate: (checkUrl: string) => Promise<boolean>;
  /**
   * Called before the request, because the whole network of the app may be bound to mobile data
   * during it.
   */
  readonly pause: () => void;
  readonly resume: () => void;
  readonly onProblem: (problem: ClientProblem) => void;
  /** Aborted when the app closes the verification. */
  readonly closing: AbortSignal;
}

/** Opens the check_url of an object that holds a new one; false when there is nothing to open. */
export type Opener = (verification: VerificationObject) => boolean;

type Method = Parameters<OpenCheckUrl>[1]['method'];

interface Opened {
  readonly answer: HandsetAnswer | null | undefined;
}

export function createOpener(needs: OpenerNeeds): Opener {
  const { mirror, report, timing, openCheckUrl, closing } = needs;
  const known = new Set<string>();
  let running = 0;

  async function run(open: OpenCheckUrl, checkUrl: string, method: Method): Promise<void> {
    let opened: Opened | undefined;
    try {
      if (method === 'fetch' || (await needs.navigate(checkUrl))) {
        opened = await openInTime(open, checkUrl, method);
      }
    } finally {
      running -= 1;
      if (running === 0) needs.resume();
    }
    // A page that navigates away returns nothing; the result comes with the page that it ends on.
    if (!opened || (method === 'navigate' && !opened.answer)) return;
    const options = { signal: closing, attempts: PATIENT_ATTEMPTS };
    await report.answered(checkUrl, opened.answer, options);
  }

  /**
   * The result of the app's function, or an error when it fails; `undefined` when the result comes
   * too late.
   */
  async function openInTime(
    open: OpenCheckUrl,
    checkUrl: string,
    method: Method,
  ): Promise<Opened | undefined> {
    const ending = new AbortController();
    const { signal } = ending;
    const end = (): void => ending.abort();
    const unlisten = mirror.onChange(() => report.isCurrent(checkUrl) || end());
    const release = onAbort(closing, end);
    let isTimedOut = false;
    const timer = setTimeout(() => {
      isTimedOut = true;
      end();
    }, timing.handsetMs);
    try {
      // Some bridges return the object itself, without a promise.
      const answer = Promise.resolve(open(checkUrl, { method, signal }));
      return { answer: await abortable(answer, signal) };
    } catch {
      if (isTimedOut) return { answer: { error: 'sdk_timeout_error' } };
      return signal.aborted ? undefined : { answer: { error: 'sdk_error' } };
    } finally {
      clearTimeout(timer);
      unlisten();
      release();
    }
  }

  return ({ action }) => {
    if (action?.type !== 'open_check_url' || !openCheckUrl) return false;
    const { check_url: checkUrl, method } = action;
    if (known.has(checkUrl)) return false;
    known.add(checkUrl);
    running += 1;
    needs.pause();
    run(openCheckUrl, checkUrl, method).catch((error) => {
      if (isProblem(error)) needs.onProblem(error);
      else if (!closing.aborted) throw error;
    });
    return true;
  };
}
