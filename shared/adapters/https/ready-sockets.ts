/** Opens sockets ahead of the first request: a handshake costs less in INIT than later. */

import type { Agent } from 'node:http';
import type { Duplex } from 'node:stream';

/** The options of the agent. */
export interface SocketOptions {
  readonly keepAlive: boolean;
  readonly maxSockets: number;
}

export interface ReadySockets {
  /**
   * Opens one for a later request to the host and sends nothing on it. Resolves when it is open or
   * has failed; never rejects, because the request can open one itself.
   */
  readonly open: (host: string, port: number) => Promise<void>;
}

interface ReadySocket {
  readonly key: string;
  readonly socket: Duplex;
  readonly openedAtMs: number;
}

/** An agent creates sockets with one method, which may be replaced. */
export function createReadySockets(
  agent: Agent,
  options: SocketOptions,
  { isSecure, maxIdleMs }: { readonly isSecure: boolean; readonly maxIdleMs: number },
): ReadySockets {
  const ready = new Set<ReadySocket>();
  const connect = agent.createConnection.bind(agent);

  const take = (key: string): Duplex | undefined => {
    for (const known of ready) {
      if (known.key !== key) continue;
      ready.delete(known);
      if (Date.now() - known.openedAtMs < maxIdleMs) return known.socket;
      known.socket.destroy();
    }
    return undefined;
  };

  agent.createConnection = (wanted, callback) =>
    take(`${wanted.host}:${wanted.port}`) ?? connect(wanted, callback);

  return {
    open: (host, port) => {
      const socket = connect({ ...options, host, port, ...(isSecure && { servername: host }) });
      if (!socket) return Promise.resolve();
      const { promise, resolve } = Promise.withResolvers<void>();
      const opened = { key: `${host}:${port}`, socket, openedAtMs: Date.now() };
      const forget = (): void => {
        ready.delete(opened);
        resolve();
      };
      ready.add(opened);
      socket.once(isSecure ? 'secureConnect' : 'connect', resolve);
      socket.once('error', forget);
      socket.once('close', forget);
      return promise;
    },
  };
}
