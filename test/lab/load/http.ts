/** Cheap HTTP of many phones at once: keep-alive connections, and answers that get lost on purpose. */

import { Agent, request } from 'node:http';
import { text } from 'node:stream/consumers';

export interface Reply {
  readonly status: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly text: string;
}

interface Sent {
  /** Text goes as it is, anything else as JSON. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** The connection dies so many milliseconds after the request has left. */
  readonly loseAfterMs?: number | undefined;
}

/** The request left, the answer never came. */
export class LostAnswer extends Error {}

/** Ends a wait for a machine that is gone, not for one that is slow. */
const TIMEOUT_MS = 120_000;
const agent = new Agent({ keepAlive: true, maxFreeSockets: 1000 });

/** @throws LostAnswer when it was to get lost, any other error when the network failed by itself */
export function send(method: string, url: string, sent: Sent = {}): Promise<Reply> {
  const { body, headers, loseAfterMs } = sent;
  const payload = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
  const type = payload === undefined ? {} : { 'content-type': 'application/json' };
  const options = { method, agent, timeout: TIMEOUT_MS, headers: { ...type, ...headers } };
  return new Promise((resolve, reject) => {
    const outgoing = request(url, options, (response) => {
      const { statusCode: status = 0, headers: answered } = response;
      text(response).then((received) => {
        if (loseAfterMs === undefined) resolve({ status, headers: answered, text: received });
      }, reject);
    });
    outgoing.on('timeout', () => outgoing.destroy(new Error(`no answer in ${TIMEOUT_MS} ms`)));
    outgoing.on('error', reject);
    outgoing.end(payload, () => {
      if (loseAfterMs === undefined) return;
      setTimeout(() => {
        outgoing.destroy();
        reject(new LostAnswer('the phone changed networks'));
      }, loseAfterMs);
    });
  });
}

export function closeConnections(): void {
  agent.destroy();
}
