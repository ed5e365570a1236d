/** One request and its whole answer, within one time limit. */

import type { ClientRequest, IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { type Agents, openRequest } from './https-agent.ts';

export interface Outgoing {
  /** Names the call in the log: a constant of the code, without ids. */
  readonly operation: string;
  readonly url: URL;
  readonly method: string;
  readonly headers: Readonly<Record<string, string | number>>;
  /** Absent: none. */
  readonly body?: string | Uint8Array | undefined;
  /** Uses a new socket only. @default false */
  readonly isOnNewSocket?: boolean;
}

export interface Bounds {
  /** Time limit from the wait for a socket to the last byte of the answer. */
  readonly timeoutMs: number;
  /** Largest body of an answer, in bytes. @default 1 MiB, DynamoDB's maximum */
  readonly maxBytes?: number;
}

/**
 * `status` of a failure is present when the answer had begun. Without `wasSent` the peer cannot
 * have received the request. The error is Node's own, or one named `TimeoutError`.
 */
export type Exchanged =
  | {
      readonly outcome: 'answered';
      readonly status: number;
      readonly headers: IncomingHttpHeaders;
      readonly body: Buffer;
    }
  | {
      readonly outcome: 'failed';
      readonly error: Error;
      readonly wasSent: boolean;
      readonly status?: number | undefined;
    };

const DEFAULT_MAX_BYTES = 1024 * 1024;

/** Never rejects. Does not follow redirects: they are answers like any other. */
export async function exchange(
  agent: Agents,
  outgoing: Outgoing,
  bounds: Bounds,
): Promise<Exchanged> {
  const startedAt = performance.now();
  const exchanged = await send(agent, outgoing, bounds);
  agent.onCall({
    operation: outgoing.operation,
    outcome: toOutcome(exchanged),
    milliseconds: Math.round(performance.now() - startedAt),
  });
  return exchanged;
}

function toOutcome(exchanged: Exchanged): string {
  if (exchanged.outcome === 'answered') return String(exchanged.status);
  const { error } = exchanged;
  return 'code' in error ? String(error.code) : error.name;
}

function send(
  agent: Agents,
  { url, method, headers, body, isOnNewSocket = false }: Outgoing,
  { timeoutMs, maxBytes = DEFAULT_MAX_BYTES }: Bounds,
): Promise<Exchanged> {
  return new Promise((resolve) => {
    const options = { method, headers, ...(isOnNewSocket && { agent: false }) };
    const request = openRequest(agent, url, options);
    const wasSent = watchConnection(request);
    let response: IncomingMessage | undefined;
    const fail = (error: Error): void => {
      clearTimeout(timer);
      request.destroy();
      resolve({ outcome: 'failed', error, wasSent: wasSent(), status: response?.statusCode });
    };
    const timer = setTimeout(() => fail(timeoutError(url, timeoutMs)), timeoutMs);
    request.on('error', fail);
    request.on('response', (incoming) => {
      response = incoming;
      const chunks: Buffer[] = [];
      let size = 0;
      incoming.on('error', fail);
      incoming.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        size += chunk.byteLength;
        if (size > maxBytes) fail(new Error(`${url.host} answered more than ${maxBytes} bytes`));
      });
      incoming.on('end', () => {
        clearTimeout(timer);
        const { statusCode: status = 0, headers: received } = incoming;
        resolve({ outcome: 'answered', status, headers: received, body: Buffer.concat(chunks) });
      });
    });
    request.end(body);
  });
}

/** Before the socket is connected, TLS included, the peer cannot have received the request. */
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

function timeoutError({ host }: URL, timeoutMs: number): Error {
  const error = new Error(`${host} did not answer within ${timeoutMs} ms`);
  error.name = 'TimeoutError';
  return error;
}
