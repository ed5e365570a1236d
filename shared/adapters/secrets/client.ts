/** The one operation of Secrets Manager that we use: two tries of one and a half seconds each. */

import type { AwsClientOptions } from '../aws-client.ts';
import { createAwsJson } from '../aws-json.ts';

export interface SecretsManager {
  readonly getSecretValue: (input: {
    readonly SecretId: string;
  }) => Promise<{ readonly SecretString?: string | undefined }>;
}

export function createSecretsManager(options: AwsClientOptions): SecretsManager {
  const call = createAwsJson(options, {
    service: 'secretsmanager',
    target: 'secretsmanager',
    version: '1.1',
    timeoutMs: 1500,
    maxTries: 2,
  });
  return { getSecretValue: (input) => call('GetSecretValue', input) };
}
