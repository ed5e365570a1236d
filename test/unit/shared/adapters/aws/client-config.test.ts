import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callDependency } from '../../../../../shared/adapters/aws/dependency-failure.ts';
import { createAwsTransport } from '../../../../../shared/adapters/aws/transport.ts';
import { createDynamoDbClient } from '../../../../../shared/adapters/dynamodb/client.ts';
import { createAgents } from '../../../../../shared/adapters/https/https-agent.ts';
import { createSecretsManagerClient } from '../../../../../shared/adapters/secrets/client.ts';
import {
  type Answer,
  type HttpStub,
  json,
  silence,
  startHttpStub,
} from '../../../../fixtures/http-stub.ts';
import { virtualMs } from '../../../../fixtures/virtual-time.ts';

const agent = createAgents();
const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
const readItem = new GetItemCommand({ TableName: 'table', Key: { id: { S: 'a' } } });
const readSecret = new GetSecretValueCommand({ SecretId: 'secret' });
let stub: HttpStub;

beforeAll(async () => {
  stub = await startHttpStub();
});
afterAll(async () => {
  agent.http.destroy();
  await stub.stop();
});

function options(): Parameters<typeof createDynamoDbClient>[0] {
  const transport = createAwsTransport(agent);
  return { region: 'eu-central-1', endpoint: stub.url, credentials, transport };
}

const environment = process.env;

/**
 * The names that somebody asks the environment for; a configuration file is looked for by its name.
 */
function watchEnvironment(): readonly string[] {
  const asked: string[] = [];
  process.env = new Proxy(environment, {
    get: (target, name) => {
      asked.push(String(name));
      return Reflect.get(target, name);
    },
  });
  return asked;
}

describe('the clients of AWS', () => {
  it('copy nothing for a logger', () => {
    for (const client of [createDynamoDbClient(options()), createSecretsManagerClient(options())]) {
      expect(client.middlewareStack.identify().join()).not.toMatch(/logger/i);
      expect(client.middlewareStack.identify()).not.toEqual([]);
    }
  });

  it('read no file, because their configuration is complete', async () => {
    stub.answer(json(200, {}));
    const asked = watchEnvironment();
    try {
      await createDynamoDbClient(options()).send(readItem);
      await createSecretsManagerClient(options()).send(readSecret);
      expect(asked).not.toContain('AWS_CONFIG_FILE');
      const untold = new SecretsManagerClient({
        region: 'eu-central-1',
        endpoint: stub.url,
        credentials,
      });
      await untold.send(readSecret);
      expect(asked).toContain('AWS_CONFIG_FILE');
    } finally {
      process.env = environment;
    }
  });

  it('share the sockets of one agent', async () => {
    stub.answer(json(200, {}));
    await createDynamoDbClient(options()).send(readItem);
    const before = stub.connections();
    await createDynamoDbClient(options()).send(readItem);
    await createSecretsManagerClient(options()).send(readSecret);
    expect(stub.connections()).toBe(before);
  });

  it('send a write that must not be repeated once, whatever comes back', async () => {
    const throttled = { __type: 'com.amazonaws.dynamodb.v20120810#ThrottlingException' };
    for (const answer of [json(400, throttled), json(500, {}), silence]) {
      stub.answer(answer);
      await expect(createDynamoDbClient(options(), 1).send(readItem)).rejects.toThrow();
      expect(stub.received).toHaveLength(1);
    }
  });

  it.each([
    ['with a body', json(429, { __type: 'com.amazonaws.dynamodb.v20120810#ThrottlingException' })],
    ['without a body', (response) => response.writeHead(429).end()],
  ] satisfies [string, Answer][])(
    'try again what AWS answers with 429 %s, then report the dependency (R20)',
    async (_how, answer) => {
      stub.answer(answer);
      const ask = (): Promise<unknown> =>
        expect(
          callDependency('DynamoDB', () => createDynamoDbClient(options()).send(readItem)),
        ).rejects.toMatchObject({ code: 'dependency_unavailable' });
      await virtualMs(ask, { stub, agent });
      expect(stub.received).toHaveLength(3);
    },
  );

  it('give up on silence after three tries of 1 s (DynamoDB) and two of 1.5 s (secrets)', async () => {
    stub.answer(silence);
    const late = { name: 'TimeoutError' };
    const ask = (): Promise<unknown> =>
      Promise.all([
        expect(createDynamoDbClient(options()).send(readItem)).rejects.toMatchObject(late),
        expect(createSecretsManagerClient(options()).send(readSecret)).rejects.toMatchObject(late),
      ]);
    expect(await virtualMs(ask, { stub, agent })).toBeLessThanOrEqual(4_000);
    const targets = stub.received.map(({ headers }) => headers['x-amz-target']);
    expect(targets.toSorted()).toEqual([
      ...Array(3).fill('DynamoDB_20120810.GetItem'),
      ...Array(2).fill('secretsmanager.GetSecretValue'),
    ]);
  });
});
