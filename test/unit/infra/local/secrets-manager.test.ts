import { createServer } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import {
  CreateSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { describe, expect, it, onTestFinished } from 'vitest';
import { runOperation, toTarget } from '../../../../infra/local/aws/json-protocol.ts';
import { listen } from '../../../../infra/local/listen.ts';
import { createSecretsManager } from '../../../../infra/local/secrets-manager.ts';
import { makeTemporaryFolder } from '../../../fixtures/fixture-assembly.ts';

type Client = Awaited<ReturnType<typeof startClient>>;

async function startClient() {
  const file = join(makeTemporaryFolder(), 'secrets.json');
  const service = createSecretsManager({ file, region: 'eu-central-1', accountId: '000000000000' });
  const server = createServer(async (request, response) => {
    runOperation(service, toTarget(request)[1], await text(request), response);
  });
  onTestFinished(() => void server.close());
  const { port } = await listen(server, 0, '127.0.0.1');
  return new SecretsManagerClient({
    region: 'eu-central-1',
    endpoint: `http://127.0.0.1:${port}`,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
}

async function startWithSecret(): Promise<Client> {
  const client = await startClient();
  await client.send(new CreateSecretCommand({ Name: 'keys', SecretString: 'a' }));
  return client;
}

async function read(client: Client, SecretId: string, VersionStage?: string) {
  const input = { SecretId, ...(VersionStage !== undefined && { VersionStage }) };
  return (await client.send(new GetSecretValueCommand(input))).SecretString;
}

describe('the Secrets Manager, called by the AWS SDK', () => {
  it('gives a value by name, by ARN, and by an ARN without its random end', async () => {
    const client = await startWithSecret();
    const described = await client.send(new DescribeSecretCommand({ SecretId: 'keys' }));
    const { ARN = '' } = described;
    for (const id of ['keys', ARN, ARN.slice(0, -7)]) expect(await read(client, id)).toBe('a');
  });

  it('moves AWSCURRENT to a new value, and AWSPREVIOUS to the one before', async () => {
    const client = await startWithSecret();
    for (const SecretString of ['b', 'c']) {
      await client.send(new PutSecretValueCommand({ SecretId: 'keys', SecretString }));
    }
    expect(await read(client, 'keys', 'AWSCURRENT')).toBe('c');
    expect(await read(client, 'keys', 'AWSPREVIOUS')).toBe('b');
    const described = await client.send(new DescribeSecretCommand({ SecretId: 'keys' }));
    expect(Object.values(described.VersionIdsToStages ?? {})).toHaveLength(2);
  });

  it('stores a repeated put with the same token once, and refuses another value', async () => {
    const client = await startWithSecret();
    const ClientRequestToken = 'a-token-of-thirty-two-characters-';
    const put = (SecretString: string) =>
      client.send(
        new PutSecretValueCommand({ SecretId: 'keys', SecretString, ClientRequestToken }),
      );
    expect((await put('b')).VersionId).toBe((await put('b')).VersionId);
    await expect(put('c')).rejects.toMatchObject({ name: 'ResourceExistsException' });
  });

  it('answers with the exceptions of the SDK', async () => {
    const client = await startClient();
    await client.send(new CreateSecretCommand({ Name: 'empty' }));
    const failures = [
      [new GetSecretValueCommand({ SecretId: 'nope' }), 'ResourceNotFoundException'],
      [new GetSecretValueCommand({ SecretId: 'empty' }), 'ResourceNotFoundException'],
      [new CreateSecretCommand({ Name: 'empty' }), 'ResourceExistsException'],
      [new PutSecretValueCommand({ SecretId: 'empty' }), 'InvalidRequestException'],
    ] as const;
    for (const [command, name] of failures) {
      await expect(client.send(command as GetSecretValueCommand)).rejects.toMatchObject({ name });
    }
  });
});
