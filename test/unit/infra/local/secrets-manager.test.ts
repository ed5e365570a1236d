import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import {
  CreateSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { afterEach, describe, expect, it } from 'vitest';
import { runOperation, toTarget } from '../../../../infra/local/aws/json-protocol.ts';
import { listen } from '../../../../infra/local/listen.ts';
import { createSecretsManager } from '../../../../infra/local/secrets-manager.ts';
import { makeTemporaryFolder } from '../../../fixtures/fixture-assembly.ts';

const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function startClient(file = join(makeTemporaryFolder(), 'secrets.json')) {
  const service = createSecretsManager({ file, region: 'eu-central-1', accountId: '000000000000' });
  const server = createServer(async (request, response) => {
    runOperation(service, toTarget(request)[1], await text(request), response);
  });
  servers.push(server);
  const { port } = await listen(server, 0, '127.0.0.1');
  return new SecretsManagerClient({
    region: 'eu-central-1',
    endpoint: `http://127.0.0.1:${port}`,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
}

describe('the Secrets Manager, spoken to by the AWS SDK', () => {
  it('gives a value by name, by ARN, and by an ARN without its random end', async () => {
    const client = await startClient();
    const { ARN } = await client.send(new CreateSecretCommand({ Name: 'keys', SecretString: 'a' }));
    for (const SecretId of ['keys', ARN, ARN?.slice(0, -7)]) {
      const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId }));
      expect(SecretString).toBe('a');
    }
  });

  it('moves AWSCURRENT to a new value, and AWSPREVIOUS to the one before', async () => {
    const client = await startClient();
    await client.send(new CreateSecretCommand({ Name: 'keys', SecretString: 'a' }));
    for (const SecretString of ['b', 'c']) {
      await client.send(new PutSecretValueCommand({ SecretId: 'keys', SecretString }));
    }
    const get = async (VersionStage: string) =>
      (await client.send(new GetSecretValueCommand({ SecretId: 'keys', VersionStage })))
        .SecretString;
    expect(await get('AWSCURRENT')).toBe('c');
    expect(await get('AWSPREVIOUS')).toBe('b');
    const { VersionIdsToStages } = await client.send(
      new DescribeSecretCommand({ SecretId: 'keys' }),
    );
    expect(Object.values(VersionIdsToStages ?? {})).toHaveLength(2);
  });

  it('takes a repeated put with the same token once, and refuses it with another value', async () => {
    const client = await startClient();
    await client.send(new CreateSecretCommand({ Name: 'keys', SecretString: 'a' }));
    const put = (SecretString: string) =>
      client.send(
        new PutSecretValueCommand({
          SecretId: 'keys',
          SecretString,
          ClientRequestToken: 'a-token-of-thirty-two-characters-',
        }),
      );
    expect((await put('b')).VersionId).toBe((await put('b')).VersionId);
    await expect(put('c')).rejects.toMatchObject({ name: 'ResourceExistsException' });
  });

  it('keeps secrets across a restart', async () => {
    const file = join(makeTemporaryFolder(), 'secrets.json');
    const before = await startClient(file);
    await before.send(new CreateSecretCommand({ Name: 'keys', SecretString: 'a' }));
    const after = await startClient(file);
    const { SecretString } = await after.send(new GetSecretValueCommand({ SecretId: 'keys' }));
    expect(SecretString).toBe('a');
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
