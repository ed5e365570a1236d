/** Queues with their event source mapping, and Lambda's asynchronous invoke, on the port of AWS. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Stack } from '../../../infra/local/stack.ts';
import { fixtureResources, writeAssembly } from '../../fixtures/fixture-assembly.ts';
import { sendRaw } from '../../fixtures/raw-http.ts';
import { clockQueue, sendToClock } from '../../fixtures/wake-up.ts';
import { act, callAct, startFixture } from './stack-fixture.ts';

/** Of the template's seconds. */
const TIME_SCALE = 0.02;

let stack: Stack;
const lines: string[] = [];

beforeAll(async () => {
  const resources = fixtureResources();
  for (const { Properties } of Object.values(resources)) {
    if (Properties?.RedrivePolicy) Properties.RedrivePolicy.maxReceiveCount = 2;
  }
  const assemblyFolder = writeAssembly(resources);
  stack = await startFixture({ assemblyFolder, timeScale: TIME_SCALE });
  stack.onLine(({ line }) => lines.push(line));
});

afterAll(() => stack.close());

/** The bodies that wait, and those that were given up. */
async function bodies() {
  const { messages, deadLetters } = await clockQueue(stack.endpoints);
  const bodiesOf = (queue: typeof messages) => queue.map(({ body }) => body);
  return { waiting: bodiesOf(messages), givenUp: bodiesOf(deadLetters) };
}

function logged(text: string): Promise<void> {
  return expect.poll(() => lines.join('\n')).toContain(text);
}

describe('a queue of the template', () => {
  it('delivers again what the function says has failed, then keeps it as a dead letter', async () => {
    await sendToClock(stack.endpoints, 'hello');
    await sendToClock(stack.endpoints, 'fail');
    await logged('received hello 1');
    await logged('received fail 1');
    await logged('received fail 2');
    await expect.poll(bodies).toEqual({ waiting: [], givenUp: ['fail'] });
  });

  it('keeps what waits for its delay when the process of AWS is killed', async () => {
    await sendToClock(stack.endpoints, 'later', { DelaySeconds: 300 });
    await stack.services.aws.restart();
    await logged('received later 1');
  });

  it.each([
    ['a delay above 15 minutes', { DelaySeconds: 901 }],
    ['a queue that is not there', { QueueUrl: 'http://127.0.0.1/1/nothing' }],
  ])('refuses %s', async (_what, more) => {
    await expect(sendToClock(stack.endpoints, 'x', more)).rejects.toThrow();
  });
});

it('an asynchronous invoke is answered at once and runs the function', async () => {
  const { AWS_LAMBDA_FUNCTION_NAME: name } = (await act(stack)).environment;
  const target = encodeURIComponent(`arn:aws:lambda:eu-central-1:1:function:${name}:live`);
  const url = `${stack.endpoints.dynamodb}/2015-03-31/functions/${target}/invocations`;
  const headers = { 'x-amz-invocation-type': 'Event' };
  expect((await sendRaw(url, { headers, body: '{"source":"somebody"}' })).status).toBe(202);
  await logged('invoked by somebody');
});

it('a quota of the account is answered as API Gateway answers a throttled function', async () => {
  const throttled = await startFixture({ accountConcurrency: 0 });
  try {
    const expected = { status: 503, text: '{"message":"Service Unavailable"}' };
    expect(await callAct(throttled)).toMatchObject(expected);
  } finally {
    await throttled.close();
  }
});
