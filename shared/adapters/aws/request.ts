/** One signed request to an AWS service, without the SDK. */

import type { Clock } from '../../domain/ports/clock.ts';
import { exchange } from '../https/exchange.ts';
import type { Agents } from '../https/https-agent.ts';
import type { Credentials } from './client-config.ts';
import { type AwsPost, signPost } from './signature.ts';

export interface AwsRequestOptions {
  readonly region: string;
  /** @default the service's own in the region */
  readonly endpoint?: string | undefined;
  readonly credentials: Credentials | (() => Promise<Credentials>);
  readonly agent: Agents;
  readonly clock: Clock;
  /** Time limit for the whole answer. @default 1000 */
  readonly timeoutMs?: number;
}

export interface AwsText {
  readonly status: number;
  readonly text: string;
}

const DEFAULT_TIMEOUT_MS = 1000;

/** Rejects when the service does not answer in time. */
export async function requestAws(
  service: string,
  request: AwsPost,
  { region, credentials, agent, clock, timeoutMs = DEFAULT_TIMEOUT_MS }: AwsRequestOptions,
): Promise<AwsText> {
  const { method = 'POST', url, body } = request;
  const scope = { region, service, credentials, nowMs: clock.now() };
  const headers = await signPost(request, scope);
  const sent = { ...headers, 'content-length': Buffer.byteLength(body) };
  const operation = request.headers['x-amz-target'] ?? `${service}.${method}`;
  const outgoing = { operation, url, method, headers: sent, body };
  const answer = await exchange(agent, outgoing, { timeoutMs });
  if (answer.outcome === 'failed') throw answer.error;
  return { status: answer.status, text: answer.body.toString('utf8') };
}
