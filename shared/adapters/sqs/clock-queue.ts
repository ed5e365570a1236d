/** Sends messages of the clock to SQS: one signed request, one try, no SDK client. */

import type { ClockQueue } from '../../domain/ports/clock-queue.ts';
import { type AwsPostOptions, postToAws } from '../aws/post.ts';
import { toMessageBody } from './clock-message.ts';

export interface ClockQueueOptions extends AwsPostOptions {
  readonly queueUrl: string;
}

/** The longest delay that SQS accepts. */
const MAX_DELAY_SECONDS = 900;
/** Upper bound for one SendMessage: a start does not wait longer for the clock. */
const TIMEOUT_MS = 300;

export function createClockQueue({ queueUrl, ...options }: ClockQueueOptions): ClockQueue {
  const { clock } = options;
  return {
    send: async (message, atMs) => {
      const seconds = Math.ceil((atMs - clock.now()) / 1000);
      const input = {
        QueueUrl: queueUrl,
        MessageBody: toMessageBody(message),
        DelaySeconds: Math.min(MAX_DELAY_SECONDS, Math.max(0, seconds)),
      };
      const operation = {
        service: 'sqs',
        target: 'AmazonSQS.SendMessage',
        input,
        jsonVersion: '1.0',
      } as const;
      const bounded = { ...options, timeoutMs: TIMEOUT_MS };
      const answer = await postToAws(operation, bounded).catch(() => undefined);
      return answer?.status === 200;
    },
  };
}
