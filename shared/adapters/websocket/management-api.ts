/**
 * The two operations of API Gateway's management API, signed. The SDK's client brings a protocol of its
 * own: a tenth of every bundle that pushes.
 */

import type { IncomingMessage } from 'node:http';
import type { Clock } from '../../domain/ports.ts';
import type { AwsClientOptions } from '../aws-client.ts';
import { signPost } from '../aws-signature.ts';
import { openRequest } from '../https-agent.ts';

export interface ManagementApiOptions extends AwsClientOptions {
  /** `https://…/<stage>` */
  readonly endpoint: string;
  readonly clock: Clock;
}

export interface ManagementApi {
  /** Answers the status; rejects when nobody answers. Tries twice, a second each. */
  readonly post: (connectionId: string, data: string) => Promise<number>;
  readonly delete: (connectionId: string) => Promise<number>;
}

const TRIES = 2;
const TIMEOUT_MS = 1000;
const PAUSE_MS = 50;

type Call = (method: 'POST' | 'DELETE', connectionId: string, body: string) => Promise<number>;

export function createManagementApi(options: ManagementApiOptions): ManagementApi {
  const call: Call = async (...request) => {
    for (let tries = 1; tries < TRIES; tries += 1) {
      const status = await once(options, ...request).catch(() => undefined);
      if (status !== undefined && status < 500 && status !== 429) return status;
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
    return once(options, ...request);
  };
  return {
    post: (connectionId, data) => call('POST', connectionId, data),
    delete: (connectionId) => call('DELETE', connectionId, ''),
  };
}

async function once(
  { endpoint, region, credentials, agent, clock }: ManagementApiOptions,
  ...[method, connectionId, body]: Parameters<Call>
): Promise<number> {
  const url = new URL(`${endpoint}/@connections/${encodeURIComponent(connectionId)}`);
  const headers = signPost(
    { method, url, headers: { 'content-type': 'application/octet-stream' }, body },
    {
      region,
      service: 'execute-api',
      credentials: typeof credentials === 'function' ? await credentials() : credentials,
      nowMs: clock.now(),
    },
  );
  const request = openRequest(agent, url, {
    method,
    headers: { ...headers, 'content-length': Buffer.byteLength(body) },
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    request.on('error', reject);
    request.on('response', resolve);
    request.end(body);
  });
  for await (const _ of response); // to its end, so that the socket is free again
  return response.statusCode ?? 0;
}
