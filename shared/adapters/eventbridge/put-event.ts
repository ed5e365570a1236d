/** One `PutEvents` call with one entry. The SDK's client would cost every bundle 21 KB for it. */

import type { IncomingMessage } from 'node:http';
import type { Clock } from '../../domain/ports.ts';
import type { AwsClientOptions } from '../aws-client.ts';
import { signPost } from '../aws-signature.ts';
import { openRequest } from '../https-agent.ts';

/** An entry of `PutEvents`, in AWS's own names. */
export interface BusEvent {
  readonly EventBusName: string;
  readonly Source: string;
  readonly DetailType: string;
  /** JSON. */
  readonly Detail: string;
  /** Epoch seconds. */
  readonly Time: number;
}

export interface PutEventOptions extends AwsClientOptions {
  readonly clock: Clock;
}

/** For the connection, the request and the whole answer. */
const TIMEOUT_MS = 1000;

/** Whether the bus took the event; rejects when EventBridge cannot be asked. */
export async function putEvent(
  event: BusEvent,
  { region, endpoint, credentials, agent, clock }: PutEventOptions,
): Promise<boolean> {
  const url = new URL(endpoint ?? `https://events.${region}.amazonaws.com`);
  const body = JSON.stringify({ Entries: [event] });
  const headers = signPost(
    {
      url,
      headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': TARGET },
      body,
    },
    {
      region,
      service: 'events',
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
  const text = await readText(response);
  return response.statusCode === 200 && hasNoFailure(text);
}

const TARGET = 'AWSEvents.PutEvents';

async function readText(chunks: AsyncIterable<unknown>): Promise<string> {
  let text = '';
  for await (const chunk of chunks) text += String(chunk);
  return text;
}

/** 200 alone says nothing: an entry can fail by itself. */
function hasNoFailure(text: string): boolean {
  const answer: unknown = JSON.parse(text);
  return (
    typeof answer === 'object' &&
    answer !== null &&
    'FailedEntryCount' in answer &&
    answer.FailedEntryCount === 0
  );
}
