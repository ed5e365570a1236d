/** Sends verifications to open WebSockets through API Gateway's management API. */

import type { Connection, Pusher, PushResult } from '../../domain/ports.ts';
import type { Verification } from '../../domain/verification.ts';
import { type AwsClientOptions, createAwsService } from '../aws-client.ts';
import { httpStatusOf } from '../dependency-failure.ts';

export interface PusherOptions extends AwsClientOptions {
  /** Of the management API, `https://…/<stage>`. */
  readonly endpoint?: string | undefined;
  /** The message that a client receives. */
  readonly encode: (verification: Verification) => string;
}

const HEADERS = { 'content-type': 'application/octet-stream' };
const GONE = 410;

export function createPusher({ encode, ...options }: PusherOptions): Pusher {
  const call = createAwsService(options, {
    service: 'execute-api',
    timeoutMs: 1000,
    maxTries: 2,
  });

  const send = async (connection: Connection, data: string): Promise<PushResult> => {
    try {
      await call({ method: 'POST', path: pathOf(connection), headers: HEADERS, body: data });
      return { connection, outcome: 'delivered' };
    } catch (error) {
      return { connection, outcome: isGone(error) ? 'gone' : 'failed' };
    }
  };

  return {
    push: async (connections, verification) => {
      if (connections.length === 0) return [];
      const data = encode(verification);
      return Promise.all(connections.map((connection) => send(connection, data)));
    },
    close: async (connection) => {
      // Best effort: an evicted connection is not pushed to any more, whether it closes or not.
      await call({ method: 'DELETE', path: pathOf(connection), headers: {}, body: '' }).catch(
        () => {},
      );
    },
  };
}

function pathOf(connection: Connection): string {
  const connectionId = connection.slice(connection.indexOf('#') + 1);
  return `/@connections/${encodeURIComponent(connectionId)}`;
}

/** Local and older gateways answer the status without the exception's name. */
function isGone(error: unknown): boolean {
  return (error instanceof Error && error.name === 'GoneException') || httpStatusOf(error) === GONE;
}
