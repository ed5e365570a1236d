/**
 * The sockets of one function instance. The only place that touches Node's `http` and `https`: an
 * ESM import of `node:http` loads undici, which costs more of a cold start than all our code.
 */

import type { Agent as HttpAgent, RequestOptions as HttpOptions } from 'node:http';
import type { Agent as HttpsAgent } from 'node:https';
import type { OutgoingCall } from '../../domain/ports/telemetry.ts';
import { createReadySockets } from './ready-sockets.ts';

const http = /* @__PURE__ */ process.getBuiltinModule('node:http');
const https = /* @__PURE__ */ process.getBuiltinModule('node:https');

/** Keep-alive agents that all clients share; plain HTTP serves loopback addresses only. */
export interface Agents {
  readonly https: HttpsAgent;
  readonly http: HttpAgent;
  /** Opens a socket, TLS included, for the next request to the origin of `url`. Never rejects. */
  readonly openSocket: (url: URL) => Promise<void>;
  /** Receives each finished call. */
  readonly onCall: (call: OutgoingCall) => void;
}

/**
 * Milliseconds after which an idle socket is not used again. A frozen instance does not notice that
 * the peer has closed a socket, and after a POST on such a socket its effect would be unknown.
 */
const MAX_IDLE_MS = 15_000;
const MAX_SOCKETS = 50;

const freedAtMs = new WeakMap<object, number>();

export function createAgents(onCall: Agents['onCall'] = () => {}): Agents {
  const options = { keepAlive: true, maxSockets: MAX_SOCKETS };
  const agents = { https: new https.Agent(options), http: new http.Agent(options) };
  for (const agent of [agents.https, agents.http]) {
    agent.on('free', (socket: object) => freedAtMs.set(socket, Date.now()));
  }
  const maxIdleMs = MAX_IDLE_MS;
  const secure = createReadySockets(agents.https, options, { isSecure: true, maxIdleMs });
  const plain = createReadySockets(agents.http, options, { isSecure: false, maxIdleMs });
  return {
    ...agents,
    onCall,
    openSocket: ({ protocol, hostname, port }) =>
      protocol === 'https:'
        ? secure.open(hostname, Number(port || 443))
        : plain.open(hostname, Number(port || 80)),
  };
}

/**
 * `request` of `http` or `https`, by the protocol of the URL, on a socket that is not stale.
 * `agent: false`: on a new socket.
 */
export function openRequest(
  { https: secure, http: plain }: Agents,
  url: URL,
  options: HttpOptions,
): ReturnType<typeof http.request> {
  const isSecure = url.protocol === 'https:';
  const agent = isSecure ? secure : plain;
  closeStaleSockets(agent);
  return isSecure
    ? https.request(url, { agent, ...options })
    : http.request(url, { agent, ...options });
}

function closeStaleSockets(agent: HttpAgent): void {
  const oldestMs = Date.now() - MAX_IDLE_MS;
  for (const socket of Object.values(agent.freeSockets).flat()) {
    if (socket && (freedAtMs.get(socket) ?? oldestMs) < oldestMs) socket.destroy();
  }
}
