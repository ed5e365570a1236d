import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it, onTestFinished } from 'vitest';
import { callDependency } from '../../../../../shared/adapters/aws/dependency-failure.ts';
import { createAwsTransport } from '../../../../../shared/adapters/aws/transport.ts';
import { createDynamoDbClient } from '../../../../../shared/adapters/dynamodb/client.ts';
import { createSecretsManagerClient } from '../../../../../shared/adapters/secrets/client.ts';
import { type Answer, json, silence } from '../../../../fixtures/http-stub.ts';
import { startNetwork } from '../../../../fixtures/network.ts';
import { inVirtualTime, virtualMs } from '../../../../fixtures/virtual-time.ts';

const network = await startNetwork();
const { stub } = network;
const { region, endpoint, credentials } = network.aws;
const options = { region, endpoint, credentials, transport: createAwsTransport(network.agent) };
const throttled = { __type: 'com.amazonaws.dynamodb.v20120810#ThrottlingException' };

function readItem(maxAttempts?: 1): Promise<unknown> {
  const command = new GetItemCommand({ TableName: 'table', Key: { id: { S: 'a' } } });
  return createDynamoDbClient(options, maxAttempts).send(command);
}

function readSecret(client = createSecretsManagerClient(options)): Promise<unknown> {
  return client.send(new GetSecretValueCommand({ SecretId: 'secret' }));
}

/** The names of variables that are read; a configuration file is looked for by its variable. */
function watchEnvironment(): readonly string[] {
  const asked: string[] = [];
  const environment = process.env;
  process.env = new Proxy(environment, {
    get: (target, name) => {
      asked.push(String(name));
      return Reflect.get(target, name);
    },
  });
  onTestFinished(() => {
    process.env = environment;
  });
  return asked;
}

describe('the clients of AWS', () => {
  it('copy nothing for a logger', () => {
    for (const client of [createDynamoDbClient(options), createSecretsManagerClient(options)]) {
      expect(client.middlewareStack.identify().join()).not.toMatch(/logger/i);
      expect(client.middlewareStack.identify()).not.toEqual([]);
    }
  });

  it('read no file, because their configuration is complete', async () => {
    stub.answer(json(200, {}));
    const asked = watchEnvironment();
    await inVirtualTime(() => Promise.all([readItem(), readSecret()]), network);
    expect(asked).not.toContain('AWS_CONFIG_FILE');
    const usual = new SecretsManagerClient({ region, endpoint, credentials });
    await readSecret(usual);
    usual.destroy();
    expect(asked).toContain('AWS_CONFIG_FILE');
  });

  it('share the sockets of one agent', () =>
    inVirtualTime(async () => {
      stub.answer(json(200, {}));
      await readItem();
      const before = stub.connections();
      await readItem();
      await readSecret();
      expect(stub.connections()).toBe(before);
    }, network));

  it.each([json(400, throttled), json(500, {}), silence])(
    'send a write that must not be repeated once, whatever comes back',
    async (answer) => {
      stub.answer(answer);
      await inVirtualTime(() => expect(readItem(1)).rejects.toThrow(), network);
      expect(stub.received).toHaveLength(1);
    },
  );

  it.each<[string, Answer]>([
    ['with a body', json(429, throttled)],
    ['without a body', (response) => response.writeHead(429).end()],
  ])('try again after a 429 %s, then report the dependency (R20)', async (_, answer) => {
    stub.answer(answer);
    const read = () => callDependency('DynamoDB', () => readItem());
    const failure = { code: 'dependency_unavailable' };
    await inVirtualTime(() => expect(read()).rejects.toMatchObject(failure), network);
    expect(stub.received).toHaveLength(3);
  });

  it('give up on silence after three tries of 1 s (DynamoDB) and two of 1.5 s (secrets)', async () => {
    stub.answer(silence);
    const isLate = (read: Promise<unknown>): Promise<void> =>
      expect(read).rejects.toMatchObject({ name: 'TimeoutError' });
    const ask = () => Promise.all([isLate(readItem()), isLate(readSecret())]);
    expect(await virtualMs(ask, network)).toBeLessThanOrEqual(4_000);
    const targets = stub.received.map(({ headers }) => headers['x-amz-target']);
    expect(targets.toSorted()).toEqual([
      ...Array(3).fill('DynamoDB_20120810.GetItem'),
      ...Array(2).fill('secretsmanager.GetSecretValue'),
    ]);
  });
});
