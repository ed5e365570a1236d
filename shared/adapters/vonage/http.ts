/** One bounded JSON request: its time, its answer's size, and whether it was sent at all. */

import type { ClientRequest, IncomingMessage } from 'node:http';
import { type Agents, openRequest } from '../https-agent.ts';

export interface JsonRequest {
  readonly method: 'POST' | 'DELETE';
  readonly url: string;
  readonly bearer: string;
  /** Sent as JSON; absent: no body. */
  readonly body?: unknown;
}

/**
 * `answered`: the status is certain; `body` is `undefined` when there was none or it was cut off, too
 * slow, too large or no JSON. `not_sent`: the peer cannot have seen the request. `timeout` and
 * `network`: nobody knows what became of it.
 */
export type JsonAnswer =
  | { readonly outcome: 'answered'; readonly status: number; readonly body: unknown }
  | { readonly outcome: 'not_sent' | 'timeout' | 'network' };

export type Http = (request: JsonRequest) => Promise<JsonAnswer>;

export interface HttpOptions {
  readonly agent: Agents;
  /** For connection, request and whole answer together. @default 6000 */
  readonly timeoutMs?: number;
}

const DEFAULT_TIMEOUT_MS = 6000;
const MAX_BODY_BYTES = 64 * 1024;

/** Redirects are answers like any other: nothing is followed. */
export function createHttp({ agent, timeoutMs = DEFAULT_TIMEOUT_MS }: HttpOptions): Http {
  return ({ method, url, bearer, body }) => {
    const payload = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
    const headers = {
      accept: 'application/json, application/problem+json',
      authorization: `Bearer ${bearer}`,
      'content-length': payload?.byteLength ?? 0,
      ...(payload && { 'content-type': 'application/json' }),
    };
    const request = openRequest(agent, new URL(url), { method, headers });
    const answer = toAnswer(request, timeoutMs);
    request.end(payload);
    return answer;
  };
}

/** Whatever comes first decides: the whole answer, a fault, or the time. Never rejects. */
function toAnswer(request: ClientRequest, timeoutMs: number): Promise<JsonAnswer> {
  return new Promise((resolve) => {
    let response: IncomingMessage | undefined;
    let isTimeout = false;
    const wasSent = watchConnection(request);
    const timer = setTimeout(() => {
      isTimeout = true;
      settle(undefined);
      request.destroy();
    }, timeoutMs);

    const settle = (body: unknown): void => {
      clearTimeout(timer);
      if (response?.statusCode !== undefined) {
        resolve({ outcome: 'answered', status: response.statusCode, body });
      } else if (wasSent()) {
        resolve({ outcome: isTimeout ? 'timeout' : 'network' });
      } else {
        resolve({ outcome: 'not_sent' });
      }
    };

    request.on('error', () => settle(undefined));
    request.on('response', (incoming) => {
      response = incoming;
      readJson(incoming).then(settle);
    });
  });
}

/** Until the socket is connected (and its TLS stands) nobody can have seen the request. */
function watchConnection(request: ClientRequest): () => boolean {
  let isConnected = false;
  request.on('socket', (socket) => {
    if (request.reusedSocket || !socket.connecting) {
      isConnected = true;
      return;
    }
    socket.once('encrypted' in socket ? 'secureConnect' : 'connect', () => {
      isConnected = true;
    });
  });
  return () => isConnected;
}

async function readJson(incoming: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of incoming) {
      const bytes = Buffer.from(chunk);
      size += bytes.byteLength;
      if (size > MAX_BODY_BYTES) {
        incoming.destroy();
        return undefined;
      }
      chunks.push(bytes);
    }
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    return undefined;
  }
}
