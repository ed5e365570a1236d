/** Sends verifications to open WebSockets through API Gateway's management API. */

import type { Pusher, PushResult } from '../../domain/ports/pusher.ts';
import type { Connection } from '../../domain/ports/verification-log.ts';
import type { Verification } from '../../domain/verification.ts';
import { createManagementApi, type ManagementApiOptions } from './management-api.ts';

export interface PusherOptions extends ManagementApiOptions {
  /** The message to a client. */
  readonly encode: (verification: Verification) => string;
}

const GONE = 410;

export function createPusher({ encode, ...options }: PusherOptions): Pusher {
  const api = createManagementApi(options);

  const send = async (connection: Connection, data: string): Promise<PushResult> => {
    const status = await api.post(connectionIdOf(connection), data).catch(() => 0);
    if (status >= 200 && status < 300) return { connection, outcome: 'delivered' };
    return { connection, outcome: status === GONE ? 'gone' : 'failed' };
  };

  return {
    push: async (connections, verification) => {
      if (connections.length === 0) return [];
      const data = encode(verification);
      return Promise.all(connections.map((connection) => send(connection, data)));
    },
    close: async (connection) => {
      // Best effort: an evicted connection gets no pushes even if it stays open.
      await api.delete(connectionIdOf(connection)).catch(() => {});
    },
  };
}

function connectionIdOf(connection: Connection): string {
  return connection.slice(connection.indexOf('#') + 1);
}
