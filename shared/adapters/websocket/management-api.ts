/**
 * The two operations of API Gateway's management API, signed. The SDK's client would make up a
 * tenth of every bundle that pushes.
 */

import { type AwsRequestOptions, requestAws } from '../aws/request.ts';

export interface ManagementApiOptions extends AwsRequestOptions {
  /** `https://…/<stage>` */
  readonly endpoint: string;
}

export interface ManagementApi {
  /** Resolves to the HTTP status; rejects after two tries of one second each without an answer. */
  readonly post: (connectionId: string, data: string) => Promise<number>;
  readonly delete: (connectionId: string) => Promise<number>;
}

const TRIES = 2;
const PAUSE_MS = 50;

type Call = (method: 'POST' | 'DELETE', connectionId: string, body: string) => Promise<number>;

export function createManagementApi(options: ManagementApiOptions): ManagementApi {
  const once: Call = async (method, connectionId, body) => {
    const url = new URL(`${options.endpoint}/@connections/${encodeURIComponent(connectionId)}`);
    const headers = { 'content-type': 'application/octet-stream' };
    const { status } = await requestAws('execute-api', { method, url, headers, body }, options);
    return status;
  };
  const call: Call = async (...request) => {
    for (let tries = 1; tries < TRIES; tries += 1) {
      const status = await once(...request).catch(() => undefined);
      if (status !== undefined && status < 500 && status !== 429) return status;
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
    return once(...request);
  };
  return {
    post: (connectionId, data) => call('POST', connectionId, data),
    delete: (connectionId) => call('DELETE', connectionId, ''),
  };
}
