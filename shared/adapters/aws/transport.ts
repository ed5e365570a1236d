/**
 * How the SDK's clients reach AWS: on shared sockets, with one time limit for a whole answer. The
 * SDK's own handler sets five timers per request and pipes each answer through a stream of its own;
 * serialization, signatures and retries stay the SDK's.
 */

import { exchange } from '../https/exchange.ts';
import type { Agents } from '../https/https-agent.ts';

/** The SDK's request: always a POST to `/`, without a query. */
export interface AwsHttpRequest {
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number | undefined;
  readonly path: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

export interface AwsHttpResponse {
  readonly response: {
    readonly statusCode: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: Uint8Array;
  };
}

/** A `requestHandler` of the SDK. */
export interface AwsTransport {
  readonly handle: (request: AwsHttpRequest) => Promise<AwsHttpResponse>;
}

/** Creates a handler with this time limit for a whole answer. */
export function createAwsTransport(agent: Agents): (timeoutMs: number) => AwsTransport {
  return (timeoutMs) => ({
    handle: async ({ protocol, hostname, port, path, method, headers, body }) => {
      const url = new URL(`${protocol}//${hostname}${port ? `:${port}` : ''}${path}`);
      const operation = headers['x-amz-target'] ?? method;
      const outgoing = { operation, url, method, headers, body };
      const answer = await exchange(agent, outgoing, { timeoutMs });
      if (answer.outcome === 'failed') throw answer.error;
      return {
        response: {
          statusCode: answer.status,
          headers: Object.fromEntries(
            Object.entries(answer.headers).map(([name, value]) => [name, String(value)]),
          ),
          body: answer.body,
        },
      };
    },
  });
}
