/** One signed request to an AWS service, without the SDK. */

import type { IncomingMessage } from 'node:http';
import type { Clock } from '../domain/ports.ts';
import type { AwsClientOptions } from './aws-client.ts';
import { type AwsPost, signPost } from './aws-signature.ts';
import { openRequest } from './https-agent.ts';

export interface AwsRequestOptions extends AwsClientOptions {
  readonly clock: Clock;
}

export interface AwsText {
  readonly status: number;
  readonly text: string;
}

/** For the connection, the request and the whole answer. */
const TIMEOUT_MS = 1000;

/** Rejects when the service does not answer within a second. */
export async function requestAws(
  service: string,
  request: AwsPost,
  { region, credentials, agent, clock }: AwsRequestOptions,
): Promise<AwsText> {
  const { method = 'POST', url, body } = request;
  const headers = signPost(request, {
    region,
    service,
    credentials: typeof credentials === 'function' ? await credentials() : credentials,
    nowMs: clock.now(),
  });
  const outgoing = openRequest(agent, url, {
    method,
    headers: { ...headers, 'content-length': Buffer.byteLength(body) },
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    outgoing.on('error', reject);
    outgoing.on('response', resolve);
    outgoing.end(body);
  });
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(Buffer.from(chunk));
  return { status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') };
}
