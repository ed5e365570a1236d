/** The Secrets Manager client: two tries of one and a half seconds each. */

import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { type AwsClientOptions, awsClientConfig, withoutLogger } from '../aws/client-config.ts';

export function createSecretsManagerClient(options: AwsClientOptions): SecretsManagerClient {
  const config = awsClientConfig(options, {
    service: 'secretsmanager',
    timeoutMs: 1500,
    maxAttempts: 2,
  });
  return withoutLogger(new SecretsManagerClient(config));
}
