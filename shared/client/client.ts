/**
 * The client for browsers, React Native and Node, without dependencies.
 *
 * ```ts
 * const client = createClient({ apiUrl, openCheckUrl, store });
 * const verification = (await client.resume()) ?? (await client.start({ phoneNumber }));
 * for await (const { status, action } of verification.updates()) {
 *   if (action?.type === 'submit_code') askForCode((code) => verification.checkCode(code));
 * }
 * if (verification.current.verified.phone_number) await verification.proof({ phoneNumber });
 * ```
 *
 * Objects are those of the wire (`docs/openapi.json`). The check_url is opened by `openCheckUrl`, its
 * result handed in; without that function the app does both and calls `handsetAnswered`. The client
 * keeps a socket while it can and polls while it cannot; both rest while the check_url is open. After
 * a failure of the network it reads `/status` before it repeats a call.
 */

import { isRecord, type StartAnswer } from './contract.ts';
import {
  type FetchLike,
  type SocketConstructor,
  type Timing,
  toEnvironment,
} from './environment.ts';
import type { OpenCheckUrl } from './handset.ts';
import { type Call, createHttp } from './http.ts';
import { createIdempotencyKey } from './idempotency-key.ts';
import { ClientProblem, isUncertain } from './problem.ts';
import { repeat } from './repeat.ts';
import { runVerification } from './running.ts';
import { type StartBody, type StartRequest, toStartAnswer, toStartBody } from './start.ts';
import { createSavedState, type Saved, type Store } from './store.ts';
import type { Abortable, Verification } from './verification.ts';

export interface ClientOptions {
  /** Of the HTTP API, without a path. */
  readonly apiUrl: string;
  /** Opens the check_url over mobile data. @default the app does, and calls `handsetAnswered` */
  readonly openCheckUrl?: OpenCheckUrl;
  /** Where a verification survives the app. @default memory */
  readonly store?: Store;
  /** The bearer token of `POST /start`, where the stage asks for one. */
  readonly startToken?: () => string | Promise<string>;
  /** Hears what went wrong with the check_url; the outcome itself comes as an update. */
  readonly onProblem?: (problem: ClientProblem) => void;
  /** @default the platform's */
  readonly fetch?: FetchLike;
  /** `null`: no socket, `/status` is polled. @default the platform's */
  readonly WebSocket?: SocketConstructor | null;
  /** Other times than those of the contract, for tests. */
  readonly timing?: Partial<Timing>;
}

export interface Client {
  /**
   * Starts a verification. Repeating it after a failure is safe: the same request has the same
   * idempotency key until it has ended.
   *
   * @throws ClientProblem, or the reason of the signal
   */
  start(request: StartRequest, options?: Abortable): Promise<Verification>;
  /** The verification that is in the store, if there is one that can go on or be proven. */
  resume(options?: Abortable): Promise<Verification | undefined>;
}

const START_ATTEMPTS = 4;
/** How long the backend answers the repeat of a start, and gives proofs after `completed`. */
const TEN_MINUTES_MS = 600_000;

export function createClient(options: ClientOptions): Client {
  const { openCheckUrl, startToken, onProblem = () => undefined } = options;
  const environment = toEnvironment(options);
  const http = createHttp(options.apiUrl, environment);
  const state = createSavedState(options.store);
  const { now } = environment;

  /** Sends a start until its fate is known; the key is saved before, so that nothing starts twice. */
  async function send(saved: Saved, signal: AbortSignal | undefined): Promise<Verification> {
    await state.save(saved);
    const key = saved.idempotency_key;
    try {
      const answer = await repeat(
        { send: () => post(saved, signal), attempts: START_ATTEMPTS, signal },
        environment,
      );
      const { request_id, client_token, websocket_url } = answer;
      await state.update(key, { started: { request_id, client_token, websocket_url } });
      return run(key, answer);
    } catch (error) {
      const isRefused = error instanceof ClientProblem && !isUncertain(error);
      if (isRefused) await state.update(key, undefined);
      throw error;
    }
  }

  async function post(
    { idempotency_key, body }: Saved,
    signal?: AbortSignal,
  ): Promise<StartAnswer> {
    const token = await startToken?.();
    const headers = { 'idempotency-key': idempotency_key };
    const call: Call = { method: 'POST', path: '/start', token, headers, body, signal };
    return toStartAnswer((await http(call)).body);
  }

  function run(key: string, answer: StartAnswer): Verification {
    return runVerification({
      answer,
      http,
      environment,
      openCheckUrl,
      onProblem,
      async navigate(checkUrl) {
        if ((await state.load())?.navigated_to === checkUrl) return false;
        await state.update(key, { navigated_to: checkUrl });
        return true;
      },
      onEnd: (isCompleted) => void state.update(key, isCompleted ? { completed: true } : undefined),
    });
  }

  /** Goes on with a verification whose token is known; `undefined` when nothing is left of it. */
  async function reopen(
    { idempotency_key: key, started }: Saved & Required<Pick<Saved, 'started'>>,
    signal: AbortSignal | undefined,
  ): Promise<Verification | undefined> {
    const call: Call = { method: 'GET', path: '/status', token: started.client_token, signal };
    const read = async (): Promise<StartAnswer> => {
      const { body } = await http(call);
      return toStartAnswer(isRecord(body) ? { ...started, ...body } : body);
    };
    try {
      const answer = await repeat({ send: read, attempts: START_ATTEMPTS, signal }, environment);
      const { ended_at: endedAt } = answer.verification;
      if (endedAt === null || now() - Date.parse(endedAt) < TEN_MINUTES_MS) return run(key, answer);
    } catch (error) {
      if (!(error instanceof ClientProblem) || error.code !== 'client_token_invalid') throw error;
    }
    await state.update(key, undefined);
    return undefined;
  }

  return {
    async start(request, { signal } = {}) {
      const body = toStartBody(request);
      const saved = await state.load();
      const fresh = (): Saved => ({
        idempotency_key: createIdempotencyKey(),
        body,
        saved_at: now(),
      });
      if (!saved || !isSameStart(saved, body, now())) return send(fresh(), signal);
      try {
        return await send(saved, signal);
      } catch (error) {
        if (!(error instanceof ClientProblem) || error.code !== 'verification_closed') throw error;
        return send(fresh(), signal);
      }
    },
    async resume({ signal } = {}) {
      const saved = await state.load();
      if (saved?.started) return reopen({ ...saved, started: saved.started }, signal);
      if (!saved || now() - saved.saved_at > TEN_MINUTES_MS) return undefined;
      return send(saved, signal);
    },
  };
}

function isSameStart(
  { body, saved_at, completed }: Saved,
  other: StartBody,
  nowMs: number,
): boolean {
  const isSame = JSON.stringify(body) === JSON.stringify(other);
  return isSame && !completed && nowMs - saved_at < TEN_MINUTES_MS;
}
