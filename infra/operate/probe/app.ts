/**
 * An app that uses the deployed backend by HTTP and WebSocket, with nothing but the published
 * contract.
 */

import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { CommandError } from '../../../shared/command/command-error.ts';
import { SILENT_AUTH_SECONDS, WEBSOCKET_SUBPROTOCOL } from '../../../shared/config.ts';
import {
  problemSchema,
  type StartAnswer,
  serverMessageSchema,
  startAnswerSchema,
  verificationAnswerSchema,
} from '../../../shared/contract/answers.ts';
import type { VerificationObject } from '../../../shared/contract/verification-object.ts';
import { parseJson } from './parse-json.ts';

/** Time limit for one answer; the backend itself has 25 s. */
const TIMEOUT_MS = 28_000;
/** Attempts of a call that is answered 503, and the pause between two of them. */
const ATTEMPTS = 3;
const PAUSE_MS = 3_000;
/** Time between two reads of `/status`, without a socket and with one. */
const POLL_MS = 2_000;
const HEAL_MS = 10_000;
/**
 * Longest waits for a check_url, and for Vonage's report that its step ended; both counted from the
 * start.
 */
const CHECK_URL_MS = 30_000;
const END_MS = (SILENT_AUTH_SECONDS + 20) * 1000;

export interface Backend {
  readonly apiUrl: string;
  /** Bearer of `POST /start`, where the stage has an authorizer. */
  readonly startToken?: string;
  /** Factor by which Vonage's times are multiplied. @default 1 */
  readonly timeScale?: number;
}

export interface Said {
  readonly status: number;
  /** Code of a problem. */
  readonly code?: string;
  readonly verification?: VerificationObject;
}

export interface App {
  readonly requestId: string;
  /** Milliseconds since the start was answered. */
  readonly elapsedMs: () => number;
  readonly current: () => VerificationObject;
  /**
   * The check_url, and whether the answer to the start brought it; `undefined` when none came
   * within 30 s.
   */
  readonly checkUrl: () => Promise<
    { readonly url: string; readonly by: 'answer' | 'later' } | undefined
  >;
  readonly checkCode: (requestId: string, code: string) => Promise<Said>;
  readonly cancel: () => Promise<Said>;
  /** The final object; `undefined` when there is none 20 s after the time of silent_auth. */
  readonly ended: () => Promise<VerificationObject | undefined>;
  /** Whether the WebSocket has received an object after its snapshot. */
  readonly wasPushed: () => boolean;
  readonly close: () => void;
}

/** @returns the app, or the answer that refused the start */
export async function startApp(backend: Backend, phoneNumber: string): Promise<App | Said> {
  const { apiUrl, startToken } = backend;
  const sent = {
    token: startToken,
    body: { phone_number: phoneNumber, channels: ['silent_auth'] },
    headers: { 'idempotency-key': randomBytes(18).toString('base64url') },
  };
  const answer = await repeated(() => send(apiUrl, 'POST', '/start', sent), backend);
  if (answer.status !== 202) return toSaid(answer);
  const started = startAnswerSchema.safeParse(answer.body);
  if (!started.success)
    throw new CommandError('the answer to POST /start does not follow the contract');
  return follow(backend, started.data);
}

export function isApp(started: App | Said): started is App {
  return 'requestId' in started;
}

function follow(backend: Backend, started: StartAnswer): App {
  const { apiUrl, timeScale = 1 } = backend;
  const begunAt = performance.now();
  const { client_token: token, websocket_url: websocketUrl, request_id: requestId } = started;
  const elapsedMs = (): number => Math.round(performance.now() - begunAt);
  let current = started.verification;
  let isPushed = false;
  const listeners = new Set<() => void>();
  const apply = (verification: VerificationObject | undefined): void => {
    if (!verification || isOlder(verification, current)) return;
    current = verification;
    for (const listener of [...listeners]) listener();
  };
  const ask = async (method: string, path: string, body?: unknown): Promise<Said> => {
    const said = toSaid(await send(apiUrl, method, path, { token, body }));
    apply(said.verification);
    return said;
  };
  const socket = openSocket(websocketUrl, token, (verification, type) => {
    if (type === 'transition') isPushed = true;
    apply(verification);
  });
  let readAt = performance.now();
  const poll = setInterval(() => {
    const pauseMs = socket?.readyState === WebSocket.OPEN ? HEAL_MS : POLL_MS;
    if (isFinal(current) || performance.now() - readAt < pauseMs) return;
    readAt = performance.now();
    void ask('GET', '/status').catch(() => undefined);
  }, POLL_MS);

  /** Waits until `isSo` returns true, at most until this many milliseconds after the start. */
  function becomes(isSo: () => boolean, untilMs: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        listeners.delete(look);
        clearTimeout(timer);
        resolve();
      };
      const look = (): void => void (isSo() && done());
      const timer = setTimeout(done, Math.max(untilMs * timeScale - elapsedMs(), 0));
      listeners.add(look);
      look();
    });
  }

  return {
    requestId,
    elapsedMs,
    current: () => current,
    async checkUrl() {
      const inAnswer = checkUrlOf(started.verification);
      if (inAnswer !== undefined) return { url: inAnswer, by: 'answer' };
      await becomes(() => checkUrlOf(current) !== undefined || isFinal(current), CHECK_URL_MS);
      const url = checkUrlOf(current);
      return url === undefined ? undefined : { url, by: 'later' };
    },
    checkCode: (id, code) =>
      repeated(() => ask('POST', '/check-code', { request_id: id, code }), backend),
    cancel: () => ask('POST', '/cancel'),
    async ended() {
      await becomes(() => isFinal(current), END_MS);
      if (!isFinal(current)) await ask('GET', '/status').catch(() => undefined);
      return isFinal(current) ? current : undefined;
    },
    wasPushed: () => isPushed,
    close() {
      clearInterval(poll);
      socket?.close();
    },
  };
}

/** Without `WebSocket` (Node 20) the app only reads `/status`. */
function openSocket(
  url: string,
  token: string,
  onVerification: (verification: VerificationObject, type: 'snapshot' | 'transition') => void,
): WebSocket | undefined {
  if (globalThis.WebSocket === undefined) return undefined;
  const socket = new WebSocket(url, [WEBSOCKET_SUBPROTOCOL, token]);
  socket.addEventListener('open', () => {
    socket.send(JSON.stringify({ action: 'subscribe', client_token: token }));
  });
  socket.addEventListener('message', ({ data }) => {
    const { data: message } = serverMessageSchema.safeParse(parseJson(String(data)));
    if (message?.type === 'snapshot' || message?.type === 'transition') {
      onVerification(message.verification, message.type);
    }
  });
  socket.addEventListener('error', () => undefined); // Then the app reads /status.
  return socket;
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

interface Sent {
  readonly token?: string | undefined;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

async function send(
  apiUrl: string,
  method: string,
  path: string,
  { token, body, headers }: Sent,
): Promise<Answer> {
  const response = await fetch(`${apiUrl}${path}`, {
    method,
    headers: {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  return { status: response.status, body: parseJson(await response.text()) };
}

/** Repeats a call that is answered 503, as apps do: Vonage may have throttled. */
async function repeated<Answered extends { readonly status: number }>(
  call: () => Promise<Answered>,
  { timeScale = 1 }: Backend,
): Promise<Answered> {
  for (let left = ATTEMPTS - 1; ; left -= 1) {
    const answer = await call();
    if (answer.status !== 503 || left === 0) return answer;
    await sleep(PAUSE_MS * timeScale);
  }
}

function toSaid({ status, body }: Answer): Said {
  const good = verificationAnswerSchema.safeParse(body).data;
  const bad = problemSchema.safeParse(body).data;
  const verification = good?.verification ?? bad?.verification;
  return { status, ...(bad && { code: bad.code }), ...(verification && { verification }) };
}

function checkUrlOf({ action }: VerificationObject): string | undefined {
  return action?.type === 'open_check_url' ? action.check_url : undefined;
}

function isFinal({ ended_at: endedAt }: VerificationObject): boolean {
  return endedAt !== null;
}

function isOlder(one: VerificationObject, other: VerificationObject): boolean {
  if (one.seq !== other.seq) return one.seq < other.seq;
  const elapsedMs = Date.parse(one.updated_at) - Date.parse(other.updated_at);
  return elapsedMs === 0 ? placeOf(one) < placeOf(other) : elapsedMs < 0;
}

/** Place of the current channel: a change that only time brings has the same number and time. */
function placeOf({ workflow, channel }: VerificationObject): number {
  return workflow.findIndex((step) => step.channel === channel);
}
