/**
 * A client that costs little compared to what it measures: sockets are kept, answers counted in
 * bytes.
 */

import { Agent, request } from 'node:http';
import { text } from 'node:stream/consumers';

export interface Reply {
  readonly status: number;
  readonly body: string;
  readonly location: string | undefined;
  readonly cookies: readonly string[];
}

export interface HttpAgent {
  send(
    method: 'GET' | 'POST' | 'PUT',
    url: string,
    options?: {
      readonly body?: unknown;
      readonly headers?: Readonly<Record<string, string>>;
    },
  ): Promise<Reply>;
  close(): void;
}

const TIMEOUT_MS = 120_000;

export function openAgent(): HttpAgent {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  return {
    send: (method, url, { body, headers = {} } = {}) =>
      new Promise((resolve, reject) => {
        const payload = body === undefined ? undefined : JSON.stringify(body);
        const sent =
          payload === undefined ? headers : { 'content-type': 'application/json', ...headers };
        const options = { method, agent, headers: sent, timeout: TIMEOUT_MS };
        const outgoing = request(url, options, (response) => {
          const { statusCode: status = 0, headers: answered } = response;
          text(response).then(
            (answer) =>
              resolve({
                status,
                body: answer,
                location: answered.location,
                cookies: (answered['set-cookie'] ?? []).map((cookie) => cookie.split(';')[0] ?? ''),
              }),
            reject,
          );
        });
        outgoing.once('timeout', () => outgoing.destroy(new Error(`${url} stayed silent`)));
        outgoing.once('error', reject);
        outgoing.end(payload);
      }),
    close: () => agent.destroy(),
  };
}
