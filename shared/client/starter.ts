/**
 * Starts verifications, one at a time, each with one idempotency key until its outcome is known.
 */

import type { StartAnswer } from './contract.ts';
import type { Environment } from './environment.ts';
import type { Http } from './http.ts';
import { createIdempotencyKey } from './idempotency-key.ts';
import { ClientProblem, isProblem, isRefusal } from './problem.ts';
import { repeat } from './repeat.ts';
import { isSameStart, type StartRequest, toStartAnswer, toStartBody } from './start.ts';
import type { SavedStart, SavedState } from './store.ts';
import type { Verification } from './verification.ts';
import { abortable } from './waiting.ts';

const ATTEMPTS = 4;
/**
 * Upper bound for saved starts without an answer: a user may mistype several numbers while the
 * network is down.
 */
const MAX_UNANSWERED = 5;

export interface Starter {
  /**
   * Uses the saved key of the same request, unless the server reports that its verification has
   * ended.
   */
  start(request: StartRequest, signal?: AbortSignal): Promise<Verification>;
  /** Repeats a saved start; never begins a new one. */
  repeat(saved: SavedStart, signal?: AbortSignal): Promise<Verification>;
}

export interface StarterNeeds {
  readonly http: Http;
  readonly state: SavedState;
  readonly environment: Environment;
  readonly startToken: (() => string | Promise<string>) | undefined;
  readonly run: (key: string, answer: StartAnswer) => Verification;
}

interface Pending {
  readonly request: StartRequest;
  readonly signal: AbortSignal | undefined;
  readonly verification: Promise<Verification>;
}

export function createStarter(needs: StarterNeeds): Starter {
  const { http, state, environment, startToken, run } = needs;
  let pending: Pending | undefined;

  /** An aborted start ends in the background; callers do not wait for it. */
  function alone(
    request: StartRequest,
    signal: AbortSignal | undefined,
    begin: () => Promise<Verification>,
  ): Promise<Verification> {
    if (pending && !pending.signal?.aborted) {
      return isSameStart(pending.request, request)
        ? pending.verification
        : Promise.reject(startInProgress());
    }
    const verification = begin().finally(() => {
      if (pending === own) pending = undefined;
    });
    const own: Pending = { request, signal, verification };
    pending = own;
    return verification;
  }

  async function startOnce(request: StartRequest, signal?: AbortSignal): Promise<Verification> {
    const starts = await abortable(state.read(), signal);
    const saved = starts.find((start) => isSameStart(start.request, request));
    try {
      if (saved) return await send(saved, signal);
    } catch (error) {
      // The verification has ended, or the server knows the key for another request.
      if (!isProblem(error, 'verification_closed', 'idempotency_mismatch')) throw error;
    }
    return send({ idempotency_key: createIdempotencyKey(), request }, signal);
  }

  /** Saves the key before sending it, so that a killed app does not start twice. */
  async function send(saved: SavedStart, signal?: AbortSignal): Promise<Verification> {
    const { idempotency_key: key } = saved;
    const isOwn = (start: SavedStart): boolean => start.idempotency_key === key;
    const change = (toNext: Parameters<SavedState['change']>[0]): Promise<void> =>
      abortable(state.change(toNext), signal);

    await change((starts) => (starts.some(isOwn) ? starts : [saved, ...starts.filter(isKept)]));
    try {
      const attempt = { send: () => post(saved, signal), attempts: ATTEMPTS, signal };
      const answer = await repeat(attempt, environment);
      const { verification, ...started } = answer;
      // Saves nothing for a start that the app has erased in the meantime.
      await change((starts) => {
        const own = starts.find(isOwn);
        return own ? [{ ...own, started }] : starts;
      });
      return run(key, answer);
    } catch (error) {
      if (isRefusal(error)) {
        await change((starts) => starts.filter((start) => start.started || !isOwn(start)));
      }
      throw error;
    }
  }

  async function post(saved: SavedStart, signal?: AbortSignal): Promise<StartAnswer> {
    const token = await abortable(Promise.resolve(startToken?.()), signal);
    const headers = { 'idempotency-key': saved.idempotency_key };
    const body = { ...toStartBody(saved.request), client: environment.client };
    return toStartAnswer(
      await http({ method: 'POST', path: '/start', token, headers, body, signal }),
    );
  }

  return {
    start: (request, signal) => alone(request, signal, () => startOnce(request, signal)),
    repeat: (saved, signal) => alone(saved.request, signal, () => send(saved, signal)),
  };
}

function isKept({ started }: SavedStart, index: number): boolean {
  return started !== undefined || index < MAX_UNANSWERED - 1;
}

function startInProgress(): ClientProblem {
  const message = 'another start is pending';
  return new ClientProblem('start_in_progress', message, { retryable: true });
}
