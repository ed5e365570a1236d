/** The Secrets Manager client: two tries of one and a half seconds each. */

import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { type AwsClientOptions, awsClientConfig } from '../aws/client-config.ts';

export function createSecretsManagerClient(options: AwsClientOptions): SecretsManagerClient {
  return new SecretsManagerClient(
    awsClientConfig(options, { service: 'secretsmanager', timeoutMs: 1500, maxAttempts: 2 }),
  );
}
