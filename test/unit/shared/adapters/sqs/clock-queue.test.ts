import { describe, expect, it } from 'vitest';
import { createClockQueue } from '../../../../../shared/adapters/sqs/clock-queue.ts';
import { type Answer, hangUp, json, silence } from '../../../../fixtures/http-stub.ts';
import { startNetwork } from '../../../../fixtures/network.ts';
import { inVirtualTime } from '../../../../fixtures/virtual-time.ts';

const NOW_MS = 1_772_619_330_000;
const QUEUE_URL = 'https://sqs.eu-central-1.amazonaws.com/000000000000/clock';
const network = await startNetwork();
const { stub } = network;
const clock = { now: () => NOW_MS };
const queue = createClockQueue({ ...network.aws, queueUrl: QUEUE_URL, clock });

async function send(answer: Answer, inMs = 0): Promise<boolean> {
  stub.answer(answer);
  const message = { requestId: 'request-1', step: 0 };
  return inVirtualTime(() => queue.send(message, NOW_MS + inMs), network);
}

describe('createClockQueue', () => {
  it('sends one signed SendMessage', async () => {
    expect(await send(json(200, { MessageId: 'a' }), 62_000)).toBe(true);
    const [received] = stub.received;
    expect(received?.headers).toMatchObject({
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': 'AmazonSQS.SendMessage',
      authorization: expect.stringContaining('/eu-central-1/sqs/aws4_request'),
    });
    expect(JSON.parse(received?.body ?? '')).toEqual({
      QueueUrl: QUEUE_URL,
      MessageBody: '{"v":1,"request_id":"request-1","step":0}',
      DelaySeconds: 62,
    });
  });

  it.each([
    [1, 1],
    [1000, 1],
    [1001, 2],
    [0, 0],
    [-5000, 0],
    [900_000, 900],
    [3_600_000, 900],
  ])('delays what is due in %i ms by %i s', async (inMs, seconds) => {
    await send(json(200, {}), inMs);
    expect(JSON.parse(stub.received[0]?.body ?? '').DelaySeconds).toBe(seconds);
  });

  it.each<[string, Answer]>([
    ['a fault', json(503, {})],
    ['a closed socket', hangUp],
    ['silence', silence],
  ])('tries once, and tells that the message was not sent, on %s', async (_, answer) => {
    expect(await send(answer)).toBe(false);
    expect(stub.received).toHaveLength(1);
  });
});
