/** One signed call of an AWS JSON service, for services of which we need one operation only. */

import type { IncomingMessage } from 'node:http';
import type { Clock } from '../domain/ports.ts';
import type { AwsClientOptions } from './aws-client.ts';
import { signPost } from './aws-signature.ts';
import { openRequest } from './https-agent.ts';

export interface AwsPostOptions extends AwsClientOptions {
  readonly clock: Clock;
}

export interface AwsOperation {
  /** First label of the service's host, and its name in signatures. */
  readonly service: string;
  /** `<service prefix>.<operation>` */
  readonly target: string;
  readonly input: unknown;
}

export interface AwsAnswer {
  readonly status: number | undefined;
  /** JSON. */
  readonly output: unknown;
}

/** For the connection, the request and the whole answer. */
const TIMEOUT_MS = 1000;

/** Rejects when the service cannot be asked. */
export async function postToAws(
  { service, target, input }: AwsOperation,
  { region, endpoint, credentials, agent, clock }: AwsPostOptions,
): Promise<AwsAnswer> {
  const url = new URL(endpoint ?? `https://${service}.${region}.amazonaws.com`);
  const body = JSON.stringify(input);
  const headers = signPost(
    {
      url,
      headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': target },
      body,
    },
    {
      region,
      service,
      credentials: typeof credentials === 'function' ? await credentials() : credentials,
      nowMs: clock.now(),
    },
  );
  const request = openRequest(agent, url, {
    method: 'POST',
    headers: { ...headers, 'content-length': Buffer.byteLength(body) },
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    request.on('error', reject);
    request.on('response', resolve);
    request.end(body);
  });
  let text = '';
  for await (const chunk of response) text += String(chunk);
  return { status: response.statusCode, output: JSON.parse(text) };
}
