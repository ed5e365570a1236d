/** One `PutEvents` call with one entry. */

import type { AwsClientOptions } from '../aws-client.ts';
import { createAwsJson } from '../aws-json.ts';

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

/** Whether the bus took the event; rejects when EventBridge cannot be asked within a second. */
export type PutEvent = (event: BusEvent) => Promise<boolean>;

export function createPutEvent(options: AwsClientOptions): PutEvent {
  const call = createAwsJson(options, {
    service: 'events',
    target: 'AWSEvents',
    version: '1.1',
    timeoutMs: 1000,
    maxTries: 1,
  });
  return async (event) => {
    const answer = await call<{ FailedEntryCount?: number }>('PutEvents', { Entries: [event] });
    // 200 alone says nothing: an entry can fail by itself.
    return answer.FailedEntryCount === 0;
  };
}
