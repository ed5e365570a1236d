/** Checks of the clock: its queue answers, feeds its function, and has no dead letters. */

import { z } from 'zod';
import type { CallAws } from '../deployment/aws.ts';
import type { Deployment } from '../deployment/deployment.ts';
import { textOf } from './account.ts';
import { check, type Finding } from './check.ts';

const attributes = z.object({ Attributes: z.record(z.string(), z.string()) });
const mappings = z.object({ EventSourceMappings: z.array(z.object({ State: z.string() })) });

/** No checks for the local stack, whose queues cannot be read from outside. */
export async function checkClock(
  { clock }: Deployment,
  call: CallAws,
): Promise<readonly Finding[]> {
  if (!clock) return [];
  let queueArn = '';
  return [
    await check('The queue of the clock answers', async () => {
      queueArn = await attributeOf(call, clock.messages, 'QueueArn');
      return undefined;
    }),
    await check('The queue feeds the clock', () => faultOfMapping(call, queueArn)),
    await check('The clock has no dead letters', async () => {
      const count = await attributeOf(call, clock.deadLetters, 'ApproximateNumberOfMessages');
      return count === '0'
        ? undefined
        : `${count} dead letters: docs/runbooks/clock-dead-letters.md`;
    }),
  ];
}

async function attributeOf(call: CallAws, QueueUrl: string, name: string): Promise<string> {
  const answer = await call({
    service: 'sqs',
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': 'AmazonSQS.GetQueueAttributes',
    },
    body: JSON.stringify({ QueueUrl, AttributeNames: [name] }),
  });
  const text = textOf(answer, 'sqs:GetQueueAttributes');
  return attributes.parse(JSON.parse(text)).Attributes[name] ?? '';
}

async function faultOfMapping(call: CallAws, queueArn: string): Promise<string | undefined> {
  if (queueArn === '') return 'the queue does not answer';
  const query = new URLSearchParams({ EventSourceArn: queueArn });
  const answer = await call({
    service: 'lambda',
    method: 'GET',
    path: `/2015-03-31/event-source-mappings?${query}`,
  });
  const text = textOf(answer, 'lambda:ListEventSourceMappings');
  const states = mappings.parse(JSON.parse(text)).EventSourceMappings.map(({ State }) => State);
  if (states.includes('Enabled')) return undefined;
  return `the mapping is ${states.join(', ') || 'not there'}: docs/runbooks/clock-stopped.md`;
}
