/** Queues with their event source mapping, and Lambda's asynchronous invoke, on the port of AWS. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CallResult, callAws } from '../../../infra/local/aws/json-client.ts';
import type { Stack } from '../../../infra/local/stack.ts';
import { fixtureResources, writeAssembly } from '../../fixtures/fixture-assembly.ts';
import { until } from '../../fixtures/until.ts';
import { order, send, startFixture } from './stack-fixture.ts';

/** Of the template's seconds. */
const TIME_SCALE = 0.02;
const QUEUES = {
  DeadLetters: { Type: 'AWS::SQS::Queue', Properties: { SqsManagedSseEnabled: true } },
  Clock: {
    Type: 'AWS::SQS::Queue',
    Properties: {
      VisibilityTimeout: 90,
      RedrivePolicy: {
        deadLetterTargetArn: { 'Fn::GetAtt': ['DeadLetters', 'Arn'] },
        maxReceiveCount: 2,
      },
    },
  },
  Mapping: {
    Type: 'AWS::Lambda::EventSourceMapping',
    Properties: {
      BatchSize: 10,
      EventSourceArn: { 'Fn::GetAtt': ['Clock', 'Arn'] },
      FunctionName: { 'Fn::GetAtt': ['Actor', 'Arn'] },
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    },
  },
};

let stack: Stack;
const lines: string[] = [];

beforeAll(async () => {
  const assemblyFolder = writeAssembly({ ...fixtureResources(), ...QUEUES });
  stack = await startFixture({ assemblyFolder, timeScale: TIME_SCALE });
  stack.onLine(({ line }) => lines.push(line));
});

afterAll(() => stack.close());

async function waiting(name: string): Promise<readonly { body: string }[]> {
  const queues: Record<string, { body: string }[]> = await (
    await fetch(`${stack.endpoints.dynamodb}/_local/queues`)
  ).json();
  return Object.entries(queues).find(([key]) => key.endsWith(`-${name}`))?.[1] ?? [];
}

async function sendMessage(body: string, more: object = {}): Promise<CallResult> {
  const queues = await (await fetch(`${stack.endpoints.dynamodb}/_local/queues`)).json();
  const name = Object.keys(queues).find((key) => key.endsWith('-Clock'));
  return callAws(stack.endpoints.dynamodb, 'AmazonSQS.SendMessage', {
    QueueUrl: `${stack.endpoints.dynamodb}/000000000000/${name}`,
    MessageBody: body,
    ...more,
  });
}

function logged(text: string): Promise<string> {
  return until(() => lines.find((line) => line.includes(text)));
}

describe('a queue of the template', () => {
  it('feeds the function of its mapping, and forgets what succeeded', async () => {
    expect(await sendMessage('hello')).toMatchObject({
      type: 'done',
      output: { MD5OfMessageBody: '5d41402abc4b2a76b9719d911017c592' },
    });
    await logged('received hello 1');
    await until(async () => (await waiting('Clock')).length === 0 || undefined);
  });

  it('delivers again what the function says has failed, then keeps it as a dead letter', async () => {
    await sendMessage('fail');
    await logged('received fail 1');
    await logged('received fail 2');
    await until(async () => (await waiting('DeadLetters')).find(({ body }) => body === 'fail'));
    expect(await waiting('Clock')).toEqual([]);
  });

  it('keeps what waits for its delay when the process of AWS is killed', async () => {
    await sendMessage('later', { DelaySeconds: 300 });
    expect((await waiting('Clock')).map(({ body }) => body)).toEqual(['later']);
    await stack.services.aws.restart();
    await logged('received later 1');
  });

  it.each([
    ['a delay above 15 minutes', { DelaySeconds: 901 }],
    ['a queue that is not there', { QueueUrl: 'http://127.0.0.1/1/nothing' }],
  ])('refuses %s', async (_what, more) => {
    expect((await sendMessage('x', more)).type).toBe('refused');
  });
});

describe('an asynchronous invoke', () => {
  async function invoke(type: string): Promise<number> {
    const answer = await send(`${stack.endpoints.api}/act`, order({}));
    const name = JSON.parse(answer.text).environment.AWS_LAMBDA_FUNCTION_NAME;
    const target = encodeURIComponent(`arn:aws:lambda:eu-central-1:1:function:${name}:live`);
    const url = `${stack.endpoints.dynamodb}/2015-03-31/functions/${target}/invocations`;
    const headers = { 'x-amz-invocation-type': type };
    return (await send(url, { headers, body: '{"source":"somebody"}' })).status;
  }

  it('is answered at once and runs the function', async () => {
    expect(await invoke('Event')).toBe(202);
    await logged('invoked by somebody');
  });

  it('is the only kind', async () => {
    expect(await invoke('RequestResponse')).toBe(400);
  });
});

describe('a quota of the account', () => {
  it('is answered as API Gateway answers a throttled function', async () => {
    const throttled = await startFixture({ accountConcurrency: 0 });
    try {
      const answer = await send(`${throttled.endpoints.api}/act`, order({}));
      expect(answer.status).toBe(503);
      expect(answer.text).toBe('{"message":"Service Unavailable"}');
    } finally {
      await throttled.close();
    }
  });
});
