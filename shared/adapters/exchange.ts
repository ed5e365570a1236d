/** One request and its whole answer, within one time limit. */

import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { type Agents, openRequest } from './https-agent.ts';

export interface Outgoing {
  readonly url: URL;
  readonly method: string;
  readonly headers: Readonly<Record<string, string | number>>;
  /** Absent: none. */
  readonly body?: string | Uint8Array;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/**
 * Rejects with an error named `TimeoutError` when the answer is not complete after `timeoutMs`, which
 * begin with the wait for a socket; else with what Node says. Redirects are answers like any other.
 */
export function exchange(
  agent: Agents,
  { url, method, headers, body }: Outgoing,
  timeoutMs: number,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = openRequest(agent, url, { method, headers });
    const timer = setTimeout(() => request.destroy(timeoutError(url, timeoutMs)), timeoutMs);
    const fail = (error: Error): void => {
      clearTimeout(timer);
      reject(error);
    };
    request.on('error', fail);
    request.on('response', (response: IncomingMessage) => {
      const chunks: Buffer[] = [];
      response.on('error', fail);
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        clearTimeout(timer);
        const { statusCode: status = 0, headers: received } = response;
        resolve({ status, headers: received, body: Buffer.concat(chunks) });
      });
    });
    request.end(body);
  });
}

function timeoutError({ host }: URL, timeoutMs: number): Error {
  const error = new Error(`${host} did not answer within ${timeoutMs} ms`);
  error.name = 'TimeoutError';
  return error;
}
