/** One `PutEvents` call with one entry. The SDK's client would add 21 KB to every bundle. */

import { type AwsPostOptions, postToAws } from '../aws/post.ts';

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

/** Whether the bus accepted the event; rejects when EventBridge cannot be reached. */
export async function putEvent(event: BusEvent, options: AwsPostOptions): Promise<boolean> {
  const { status, output } = await postToAws(
    { service: 'events', target: 'AWSEvents.PutEvents', input: { Entries: [event] } },
    options,
  );
  return status === 200 && hasNoFailure(output);
}

/** 200 is not enough: a single entry can fail. */
function hasNoFailure(answer: unknown): boolean {
  return (
    typeof answer === 'object' &&
    answer !== null &&
    'FailedEntryCount' in answer &&
    answer.FailedEntryCount === 0
  );
}
