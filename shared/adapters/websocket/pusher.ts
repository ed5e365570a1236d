/** Sends verifications to open WebSockets through API Gateway's management API. */

import {
  ApiGatewayManagementApiClient,
  DeleteConnectionCommand,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import type { Connection, Pusher, PushResult } from '../../domain/ports.ts';
import type { Verification } from '../../domain/verification.ts';
import { type AwsClientOptions, awsClientConfig } from '../aws-client.ts';
import { httpStatusOf } from '../dependency-failure.ts';

export interface PusherOptions extends AwsClientOptions {
  /** Of the management API, `https://…/<stage>`. */
  readonly endpoint: string;
  /** The message that a client receives. */
  readonly encode: (verification: Verification) => string;
}

const TRIES = { service: 'execute-api', timeoutMs: 1000, maxAttempts: 2 };
/** For both tries and the pause between them. */
const TOTAL_MS = 2500;
const GONE = 410;

export function createPusher({ encode, ...options }: PusherOptions): Pusher {
  const client = new ApiGatewayManagementApiClient(awsClientConfig(options, TRIES));

  const send = async (connection: Connection, data: string): Promise<PushResult> => {
    const ConnectionId = connectionIdOf(connection);
    try {
      const command = new PostToConnectionCommand({ ConnectionId, Data: data });
      await client.send(command, { abortSignal: AbortSignal.timeout(TOTAL_MS) });
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
      const command = new DeleteConnectionCommand({ ConnectionId: connectionIdOf(connection) });
      // Best effort: an evicted connection is not pushed to any more, whether it closes or not.
      await client.send(command, { abortSignal: AbortSignal.timeout(TOTAL_MS) }).catch(() => {});
    },
  };
}

function connectionIdOf(connection: Connection): string {
  return connection.slice(connection.indexOf('#') + 1);
}

/** Local and older gateways answer the status without the exception's name. */
function isGone(error: unknown): boolean {
  return (error instanceof Error && error.name === 'GoneException') || httpStatusOf(error) === GONE;
}
