import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createSecretsManager } from '../../../../infra/local/secrets-manager.ts';
import { makeTemporaryFolder } from '../../../fixtures/fixture-assembly.ts';

/** Calls operations of a service that has the secret `keys` with the value `a`. */
function startService(): (operation: string, input: object) => unknown {
  const file = join(makeTemporaryFolder(), 'secrets.json');
  const service = createSecretsManager({ file, region: 'eu-central-1', accountId: '000000000000' });
  service.CreateSecret?.({ Name: 'keys', SecretString: 'a' });
  return (operation, input) => service[operation]?.({ SecretId: 'keys', ...input });
}

const TOKEN = 'a-token-of-thirty-two-characters-';

// That the AWS SDK understands it is seen in the running stack.
describe('the Secrets Manager', () => {
  it('gives a value by name, by ARN, and by an ARN without its random end', () => {
    const call = startService();
    const { ARN } = call('DescribeSecret', {}) as { ARN: string };
    for (const SecretId of ['keys', ARN, ARN.slice(0, -7)]) {
      expect(call('GetSecretValue', { SecretId })).toMatchObject({ SecretString: 'a' });
    }
  });

  it('moves AWSCURRENT to a new value, and AWSPREVIOUS to the one before', () => {
    const call = startService();
    for (const SecretString of ['b', 'c']) call('PutSecretValue', { SecretString });
    const of = (VersionStage: string): unknown => call('GetSecretValue', { VersionStage });
    expect(of('AWSCURRENT')).toMatchObject({ SecretString: 'c' });
    expect(of('AWSPREVIOUS')).toMatchObject({ SecretString: 'b' });
    const { VersionIdsToStages } = call('DescribeSecret', {}) as { VersionIdsToStages: object };
    expect(Object.values(VersionIdsToStages)).toHaveLength(2);
  });

  it('stores a repeated put with the same token once', () => {
    const call = startService();
    const put = { SecretString: 'b', ClientRequestToken: TOKEN };
    expect(call('PutSecretValue', put)).toEqual(call('PutSecretValue', put));
  });

  it.each([
    ['GetSecretValue', { SecretId: 'nope' }, 'ResourceNotFoundException'],
    ['GetSecretValue', { SecretId: 'empty' }, 'ResourceNotFoundException'],
    ['CreateSecret', { Name: 'empty' }, 'ResourceExistsException'],
    ['PutSecretValue', {}, 'InvalidRequestException'],
    ['PutSecretValue', { SecretString: 'c', ClientRequestToken: TOKEN }, 'ResourceExistsException'],
  ])('refuses %s of %j with %s', (operation, input, name) => {
    const call = startService();
    call('CreateSecret', { Name: 'empty' });
    call('PutSecretValue', { SecretString: 'b', ClientRequestToken: TOKEN });
    expect(() => call(operation, input)).toThrow(expect.objectContaining({ name }));
  });
});
