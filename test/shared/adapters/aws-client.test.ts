import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type AwsClientOptions,
  AwsError,
  createAwsService,
} from '../../../shared/adapters/aws-client.ts';
import { createDynamoDb } from '../../../shared/adapters/dynamodb/client.ts';
import { createAgents } from '../../../shared/adapters/https-agent.ts';
import { createSecretsManager } from '../../../shared/adapters/secrets/client.ts';
import {
  type Answer,
  type HttpStub,
  hangUp,
  json,
  silence,
  startHttpStub,
  truncate,
} from '../../fixtures/http-stub.ts';

const agent = createAgents();
const readItem = { TableName: 'table', Key: { id: { S: 'a' } } };
let stub: HttpStub;

beforeAll(async () => {
  stub = await startHttpStub();
});
afterAll(async () => {
  agent.http.destroy();
  await stub.stop();
});

function options(): AwsClientOptions {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  return {
    region: 'eu-central-1',
    endpoint: stub.url,
    credentials,
    agent,
    clock: { now: Date.now },
  };
}

function failure(status: number, code: string): Answer {
  return json(status, { __type: `com.amazonaws.dynamodb.v20120810#${code}`, message: 'a number' });
}

describe('a service of AWS', () => {
  it('shares the sockets of one agent with the others', async () => {
    stub.answer(json(200, {}));
    await createDynamoDb(options()).getItem(readItem);
    const before = stub.connections();
    await createDynamoDb(options()).getItem(readItem);
    await createSecretsManager(options()).getSecretValue({ SecretId: 'secret' });
    expect(stub.connections()).toBe(before);
  });

  it('gives up on silence after three tries of 1 s (DynamoDB) and two of 1.5 s (secrets)', async () => {
    stub.answer(silence);
    const startedAtMs = Date.now();
    const failures = await Promise.allSettled([
      createDynamoDb(options()).getItem(readItem),
      createSecretsManager(options()).getSecretValue({ SecretId: 'secret' }),
    ]);
    expect(Date.now() - startedAtMs).toBeLessThan(4_000);
    const timeout = { status: 'rejected', reason: { name: 'TimeoutError' } };
    expect(failures).toMatchObject([timeout, timeout]);
    const targets = stub.received.map(({ headers }) => headers['x-amz-target']);
    expect(targets.toSorted()).toEqual([
      ...Array(3).fill('DynamoDB_20120810.GetItem'),
      ...Array(2).fill('secretsmanager.GetSecretValue'),
    ]);
  });

  it.each<[string, Answer]>([
    ['throttled', failure(400, 'ProvisionedThroughputExceededException')],
    ['failing inside', failure(500, 'InternalServerError')],
    ['cut off', hangUp],
    ['cut off in the middle of its answer', truncate(200, '{"Item":')],
  ])('is asked again when it is %s', async (_, answer) => {
    stub.answer(answer, answer, json(200, { Item: { id: { S: 'a' } } }));
    expect(await createDynamoDb(options()).getItem(readItem)).toEqual({ Item: { id: { S: 'a' } } });
    expect(stub.received).toHaveLength(3);
  });

  it('is signed anew for every try', async () => {
    stub.answer(failure(500, 'InternalServerError'), json(200, {}));
    let nowMs = Date.UTC(2026, 0, 1);
    const clock = { now: () => (nowMs += 1000) };
    await createDynamoDb({ ...options(), clock }).getItem(readItem);
    const dates = stub.received.map(({ headers }) => headers['x-amz-date']);
    expect(dates).toEqual(['20260101T000001Z', '20260101T000002Z']);
  });

  it.each<[string, Answer]>([
    ['in the body', failure(400, 'ConditionalCheckFailedException')],
    [
      'in a header',
      (response) => {
        response.writeHead(400, {
          'x-amzn-errortype': 'ConditionalCheckFailedException:http://internal.amazon.com/',
        });
        response.end();
      },
    ],
  ])(
    'names its refusal %s, which no second try changes; its text is left out',
    async (_, answer) => {
      stub.answer(answer);
      const call = createDynamoDb(options()).updateItem(readItem);
      await expect(call).rejects.toMatchObject({
        name: 'ConditionalCheckFailedException',
        message: 'dynamodb answered 400',
        $metadata: { httpStatusCode: 400 },
      });
      await expect(call).rejects.toBeInstanceOf(AwsError);
      expect(stub.received).toHaveLength(1);
    },
  );

  it('says that it knows no name for what is no answer of AWS', async () => {
    stub.answer(json(403, { message: 'a proxy' }));
    const call = createAwsService(options(), { service: 's', timeoutMs: 100, maxTries: 3 });
    await expect(call({ method: 'POST', headers: {}, body: '' })).rejects.toMatchObject({
      name: 'UnknownError',
    });
  });
});

describe('createDynamoDb', () => {
  it('sends and reads bytes in base64', async () => {
    stub.answer(json(200, { Attributes: { hash: { B: 'AQID' }, name: { S: 'AQID' } } }));
    const written = await createDynamoDb(options()).updateItem({
      ...readItem,
      ExpressionAttributeValues: { ':hash': { B: new Uint8Array([1, 2, 3]) }, ':one': { N: '1' } },
    });
    expect(JSON.parse(stub.received[0]?.body ?? '')).toEqual({
      ...readItem,
      ExpressionAttributeValues: { ':hash': { B: 'AQID' }, ':one': { N: '1' } },
    });
    expect(written).toEqual({
      Attributes: { hash: { B: new Uint8Array([1, 2, 3]) }, name: { S: 'AQID' } },
    });
  });
});
