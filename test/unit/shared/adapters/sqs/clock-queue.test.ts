import { afterAll, describe, expect, it } from 'vitest';
import { createAgents } from '../../../../../shared/adapters/https/https-agent.ts';
import { createClockQueue } from '../../../../../shared/adapters/sqs/clock-queue.ts';
import { json, silence, startHttpStub } from '../../../../fixtures/http-stub.ts';

const NOW_MS = 1_772_619_330_000;
const QUEUE_URL = 'https://sqs.eu-central-1.amazonaws.com/000000000000/clock';
const MESSAGE = { requestId: 'request-1', step: 0 };
const agent = createAgents();
const stub = await startHttpStub();

afterAll(async () => {
  agent.http.destroy();
  await stub.stop();
});

const queue = createClockQueue({
  queueUrl: QUEUE_URL,
  region: 'eu-central-1',
  endpoint: stub.url,
  credentials: { accessKeyId: 'id', secretAccessKey: 'secret' },
  agent,
  clock: { now: () => NOW_MS },
});

describe('createClockQueue', () => {
  it('sends one signed SendMessage', async () => {
    stub.answer(json(200, { MessageId: 'a' }));
    expect(await queue.send(MESSAGE, NOW_MS + 62_000)).toBe(true);
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
    stub.answer(json(200, {}));
    await queue.send(MESSAGE, NOW_MS + inMs);
    expect(JSON.parse(stub.received[0]?.body ?? '').DelaySeconds).toBe(seconds);
  });

  it('tries once, and tells that the message was not sent', async () => {
    stub.answer(json(503, {}));
    expect(await queue.send(MESSAGE, NOW_MS)).toBe(false);
    expect(stub.received).toHaveLength(1);
    stub.answer((response) => response.destroy());
    expect(await queue.send(MESSAGE, NOW_MS)).toBe(false);
  });

  it('gives up on a queue that does not answer', async () => {
    stub.answer(silence);
    expect(await queue.send(MESSAGE, NOW_MS)).toBe(false);
  });
});
