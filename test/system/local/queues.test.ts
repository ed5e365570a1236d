/** Queues with their event source mapping, and Lambda's asynchronous invoke, on the port of AWS. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CallResult, callAws } from '../../../infra/local/aws/json-client.ts';
import type { Stack } from '../../../infra/local/stack.ts';
import { fixtureResources, writeAssembly } from '../../fixtures/fixture-assembly.ts';
import { sendRaw } from '../../fixtures/raw-http.ts';
import { until } from '../../fixtures/until.ts';
import { act, callAct, startFixture } from './stack-fixture.ts';

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

/** Name and messages of the queue with this logical id. */
async function queue(id: string): Promise<readonly [string, readonly { body: string }[]]> {
  const response = await fetch(`${stack.endpoints.dynamodb}/_local/queues`);
  const queues: Record<string, { body: string }[]> = await response.json();
  return Object.entries(queues).find(([name]) => name.endsWith(`-${id}`)) ?? ['', []];
}

async function sendMessage(body: string, more: object = {}): Promise<CallResult> {
  const { dynamodb } = stack.endpoints;
  const QueueUrl = `${dynamodb}/000000000000/${(await queue('Clock'))[0]}`;
  return callAws(dynamodb, 'AmazonSQS.SendMessage', { QueueUrl, MessageBody: body, ...more });
}

/** The bodies that wait in a queue. */
async function bodies(id: string): Promise<string> {
  return (await queue(id))[1].map(({ body }) => body).join();
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
    await expect.poll(() => bodies('Clock')).toBe('');
  });

  it('delivers again what the function says has failed, then keeps it as a dead letter', async () => {
    await sendMessage('fail');
    await logged('received fail 1');
    await logged('received fail 2');
    await expect.poll(() => bodies('DeadLetters')).toContain('fail');
    expect(await bodies('Clock')).toBe('');
  });

  it('keeps what waits for its delay when the process of AWS is killed', async () => {
    await sendMessage('later', { DelaySeconds: 300 });
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
    const { AWS_LAMBDA_FUNCTION_NAME: name } = (await act(stack)).environment;
    const target = encodeURIComponent(`arn:aws:lambda:eu-central-1:1:function:${name}:live`);
    const url = `${stack.endpoints.dynamodb}/2015-03-31/functions/${target}/invocations`;
    const headers = { 'x-amz-invocation-type': type };
    return (await sendRaw(url, { headers, body: '{"source":"somebody"}' })).status;
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
      const expected = { status: 503, text: '{"message":"Service Unavailable"}' };
      expect(await callAct(throttled)).toMatchObject(expected);
    } finally {
      await throttled.close();
    }
  });
});
