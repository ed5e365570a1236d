/**
 * The client for browsers, React Native and Node, without dependencies.
 *
 * ```ts
 * const client = createClient({ apiUrl, openCheckUrl, store });
 * const request = { phoneNumber, nonce };
 * const verification = (await client.resume(request)) ?? (await client.start(request));
 * for await (const { action } of verification.updates()) {
 *   if (action?.type === 'submit_code') askForCode((code) => verification.checkCode(code));
 * }
 * if (verification.current.verified.phone_number) await verification.proof({ phoneNumber });
 * ```
 *
 * Objects have the form of the API (`docs/openapi.json`). `openCheckUrl` opens the check_url and
 * the client reports its result; without that function the app does both and calls
 * `handsetAnswered`. The client uses a socket if it can open one, and polls otherwise; both pause
 * while the check_url is open. After a failure of the network it reads `/status` before it repeats
 * a call.
 */

import { isFinal, isRecord, type StartAnswer, type VerificationObject } from './contract.ts';
import {
  type ClientInfo,
  type FetchLike,
  type SocketConstructor,
  type Timing,
  toEnvironment,
} from './environment.ts';
import type { OpenCheckUrl } from './handset.ts';
import { type Call, createHttp } from './http.ts';
import { type ClientProblem, isProblem } from './problem.ts';
import { repeat } from './repeat.ts';
import { runVerification } from './running.ts';
import { isResumable, type StartRequest, toStartAnswer } from './start.ts';
import { createStarter } from './starter.ts';
import { createSavedState, type SavedStart, type Store } from './store.ts';
import type { Abortable, Verification } from './verification.ts';
import { abortable } from './waiting.ts';

export interface ClientOptions {
  /** Address of the HTTP API, without a path. */
  readonly apiUrl: string;
  /** Opens the check_url over mobile data. @default the app does, and calls `handsetAnswered` */
  readonly openCheckUrl?: OpenCheckUrl;
  /** Storage that survives the app. @default memory */
  readonly store?: Store;
  /** The bearer token of `POST /start`, if the stage requires one. */
  readonly startToken?: () => string | Promise<string>;
  /** Called with a problem of the check_url; the outcome itself comes as an update. */
  readonly onProblem?: (problem: ClientProblem) => void;
  /** Sent with every start and every skipped channel. @default nothing is sent */
  readonly client?: ClientInfo;
  /** @default the platform's */
  readonly fetch?: FetchLike;
  /** `null`: poll `/status` instead of using a socket. @default the platform's */
  readonly WebSocket?: SocketConstructor | null;
  /** Replaces times of the contract, in tests. */
  readonly timing?: Partial<Timing>;
}

export interface Client {
  /**
   * Starts a verification, one at a time: while a start is pending, a second call with the same
   * request returns the same promise, with another request it throws `start_in_progress`. Repeating
   * a start after a failure is safe: the same request has the same idempotency key until its 202,
   * and only a 202 replaces the saved verification.
   *
   * @throws ClientProblem, or the reason of the signal
   */
  start(request: StartRequest, options?: Abortable): Promise<Verification>;
  /**
   * The saved verification of this number, these channels and this nonce, if according to the
   * server it still runs or can still be proven. Repeats the start if its answer was lost.
   */
  resume(request: StartRequest, options?: Abortable): Promise<Verification | undefined>;
  /** The request of the last saved verification or start, for an app that was killed. */
  savedRequest(): Promise<StartRequest | undefined>;
  /**
   * Erases the saved state, for example when the user signs out. A running verification continues.
   */
  forget(): Promise<void>;
}

const ATTEMPTS = 4;
/** How long the backend issues proofs after `completed`. */
const PROOF_WINDOW_MS = 600_000;

export function createClient(options: ClientOptions): Client {
  const { openCheckUrl, startToken, onProblem = () => undefined } = options;
  const environment = toEnvironment(options);
  const http = createHttp(options.apiUrl, environment);
  const state = createSavedState(options.store);
  const starter = createStarter({ http, state, environment, startToken, run });

  function run(key: string, answer: StartAnswer): Verification {
    return runVerification({
      answer,
      http,
      environment,
      openCheckUrl,
      onProblem,
      navigate: (checkUrl) => navigate(key, checkUrl),
      forget: () => forget(key),
    });
  }

  const forget = (key: string): Promise<void> =>
    state.change((starts) => starts.filter((start) => start.idempotency_key !== key));

  /** False when the page has navigated to this check_url before. */
  async function navigate(key: string, checkUrl: string): Promise<boolean> {
    let isFirst = true;
    await state.change((starts) =>
      starts.map((start) => {
        if (start.idempotency_key !== key) return start;
        isFirst = start.navigated_to !== checkUrl;
        return { ...start, navigated_to: checkUrl };
      }),
    );
    return isFirst;
  }

  /** Continues a verification whose token is saved; `undefined` when it can no longer continue. */
  async function reopen(
    { idempotency_key: key, started }: SavedStart,
    signal: AbortSignal | undefined,
  ): Promise<Verification | undefined> {
    if (!started) return undefined;
    const call: Call = { method: 'GET', path: '/status', token: started.client_token, signal };
    const send = async (): Promise<[StartAnswer, number | undefined]> => {
      const { status, body, atMs } = await http(call);
      return [toStartAnswer({ status, body: isRecord(body) && { ...started, ...body } }), atMs];
    };
    try {
      const [answer, atMs] = await repeat({ send, attempts: ATTEMPTS, signal }, environment);
      if (isUseful(answer.verification, atMs)) return run(key, answer);
    } catch (error) {
      if (!isProblem(error, 'client_token_invalid')) throw error;
    }
    await forget(key);
    return undefined;
  }

  return {
    start: (request, { signal } = {}) => starter.start(request, signal),
    async resume(request, { signal } = {}) {
      const saved = await abortable(state.read(), signal);
      const starts = saved.filter((start) => isResumable(start.request, request));
      for (const start of starts) {
        const verification = await reopen(start, signal);
        if (verification) return verification;
      }
      const unanswered = starts.find(({ started }) => !started);
      try {
        return unanswered && (await starter.repeat(unanswered, signal));
      } catch (error) {
        if (isProblem(error, 'verification_closed')) return undefined;
        throw error;
      }
    },
    async savedRequest() {
      const starts = await state.read();
      return (starts.find(({ started }) => started) ?? starts[0])?.request;
    },
    forget: () => state.change(() => []),
  };
}

/**
 * Whether the verification still runs or can still be proven. Compares two times of the server, so
 * the phone's clock does not matter.
 */
function isUseful(verification: VerificationObject, atMs: number | undefined): boolean {
  const { status, ended_at: endedAt } = verification;
  if (!isFinal(verification)) return true;
  if (status !== 'completed') return false;
  return !endedAt || !atMs || atMs - Date.parse(endedAt) < PROOF_WINDOW_MS;
}
