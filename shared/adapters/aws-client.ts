/**
 * One signed request to an AWS service, bounded in time, and made again where that can help. The SDK
 * would be two thirds of every bundle and of its start, for the five operations that we use of it.
 */

import type { Clock } from '../domain/ports.ts';
import { type AwsRequest, signRequest } from './aws-signature.ts';
import { isTransient } from './dependency-failure.ts';
import { type Agents, openRequest } from './https-agent.ts';

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface AwsClientOptions {
  readonly region: string;
  /** @default the service's own in the region */
  readonly endpoint?: string | undefined;
  readonly credentials: Credentials | (() => Promise<Credentials>);
  readonly agent: Agents;
  readonly clock: Clock;
}

export interface AwsServiceOptions {
  /** As it stands in the scope of a signature. */
  readonly service: string;
  /** For connection, request and whole answer of one try. */
  readonly timeoutMs: number;
  readonly maxTries: number;
}

/** What a service answered, when it was no success. `name` is AWS's code; its text is left out. */
export class AwsError extends Error {
  readonly $metadata: { readonly httpStatusCode: number };

  constructor(service: string, code: string, httpStatusCode: number) {
    super(`${service} answered ${httpStatusCode}`);
    this.name = code;
    this.$metadata = { httpStatusCode };
  }
}

/** Sends a request and returns the text of its answer; throws {@link AwsError} or what Node throws. */
export type AwsService = (
  request: Omit<AwsRequest, 'url'> & { readonly path?: string },
) => Promise<string>;

export function createAwsService(
  client: AwsClientOptions,
  { service, timeoutMs, maxTries }: AwsServiceOptions,
): AwsService {
  const endpoint = client.endpoint ?? `https://${service}.${client.region}.amazonaws.com`;
  return async ({ path = '', ...request }) => {
    const url = new URL(endpoint + path);
    for (let tries = 1; ; tries += 1) {
      try {
        return await attempt({ ...request, url }, service, timeoutMs, client);
      } catch (error) {
        if (tries >= maxTries || !isTransient(error)) throw error;
        await pause(tries, error);
      }
    }
  };
}

const PAUSE_MS = 50;
const THROTTLED_PAUSE_MS = 250;

/** Anything up to a time that doubles: many callers who failed together do not come back together. */
function pause(tries: number, error: unknown): Promise<void> {
  const isThrottled = error instanceof AwsError && error.$metadata.httpStatusCode < 500;
  const longestMs = (isThrottled ? THROTTLED_PAUSE_MS : PAUSE_MS) * 2 ** (tries - 1);
  return new Promise((resolve) => setTimeout(resolve, Math.random() * longestMs));
}

async function attempt(
  request: AwsRequest,
  service: string,
  timeoutMs: number,
  { region, credentials, agent, clock }: AwsClientOptions,
): Promise<string> {
  const { method, url, body } = request;
  const headers = signRequest(request, {
    region,
    service,
    credentials: typeof credentials === 'function' ? await credentials() : credentials,
    nowMs: clock.now(),
  });
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const outgoing = openRequest(agent, url, {
    method,
    headers: { ...headers, 'content-length': Buffer.byteLength(body) },
  });
  const timer = setTimeout(() => outgoing.destroy(tooLate(service)), timeoutMs);
  outgoing.on('error', reject);
  outgoing.on('response', (response) => {
    const chunks: Buffer[] = [];
    response.on('data', (chunk: Buffer) => chunks.push(chunk));
    response.on('error', reject);
    response.on('end', () => {
      const text = Buffer.concat(chunks).toString('utf8');
      const { statusCode = 0, headers: received } = response;
      if (statusCode >= 200 && statusCode < 300) resolve(text);
      else reject(new AwsError(service, codeOf(received['x-amzn-errortype'], text), statusCode));
    });
  });
  outgoing.end(body);
  return promise.finally(() => clearTimeout(timer));
}

function tooLate(service: string): Error {
  return Object.assign(new Error(`${service} did not answer in time`), { name: 'TimeoutError' });
}

/** `com.amazonaws.dynamodb.v20120810#ThrottlingException`, in a header or as `__type` in the body. */
function codeOf(header: string | string[] | undefined, text: string): string {
  const code =
    typeof header === 'string' ? header : (/"__type"\s*:\s*"([^"]*)"/.exec(text)?.[1] ?? '');
  return code.replace(/:.*$/, '').replace(/^.*#/, '') || 'UnknownError';
}
