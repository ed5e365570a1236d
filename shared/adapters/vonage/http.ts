/** One JSON request with limits of time and size; the result says whether it was sent at all. */

import { exchange } from '../https/exchange.ts';
import type { Agents } from '../https/https-agent.ts';

export interface JsonRequest {
  /** Names the call in the log. */
  readonly operation: string;
  readonly method: 'POST' | 'DELETE';
  readonly url: string;
  readonly bearer: string;
  /** Sent as JSON; absent: no body. */
  readonly body?: unknown;
  /** Uses a new socket only. @default false */
  readonly isOnNewSocket?: boolean;
}

/**
 * `answered`: the status is certain; `body` is `undefined` when there was none or it was cut off,
 * too slow, too large or not JSON. `not_sent`: the peer cannot have seen the request. `timeout` and
 * `network`: the effect is unknown.
 */
export type JsonAnswer =
  | { readonly outcome: 'answered'; readonly status: number; readonly body: unknown }
  | { readonly outcome: 'not_sent' | 'timeout' | 'network' };

export type Http = (request: JsonRequest) => Promise<JsonAnswer>;

export interface HttpOptions {
  readonly agent: Agents;
  /** Time limit for connection, request and whole answer together. @default 6000 */
  readonly timeoutMs?: number;
}

const DEFAULT_TIMEOUT_MS = 6000;
const MAX_BYTES = 64 * 1024;

/** Never rejects. Does not follow redirects: they are answers like any other. */
export function createHttp({ agent, timeoutMs = DEFAULT_TIMEOUT_MS }: HttpOptions): Http {
  return async ({ operation, method, url, bearer, body, isOnNewSocket = false }) => {
    const payload = body === undefined ? undefined : JSON.stringify(body);
    const headers = {
      accept: 'application/json, application/problem+json',
      authorization: `Bearer ${bearer}`,
      'content-length': payload === undefined ? 0 : Buffer.byteLength(payload),
      ...(payload !== undefined && { 'content-type': 'application/json' }),
    };
    const request = { method, headers, body: payload, isOnNewSocket };
    const outgoing = { operation, url: new URL(url), ...request };
    const answer = await exchange(agent, outgoing, { timeoutMs, maxBytes: MAX_BYTES });
    if (answer.outcome === 'answered') {
      return { outcome: 'answered', status: answer.status, body: parse(answer.body) };
    }
    const { status, wasSent, error } = answer;
    if (status !== undefined) return { outcome: 'answered', status, body: undefined };
    if (!wasSent) return { outcome: 'not_sent' };
    return { outcome: error.name === 'TimeoutError' ? 'timeout' : 'network' };
  };
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}
