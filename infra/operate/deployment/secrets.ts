/** The operator's side of Secrets Manager: reads and replaces whole secrets. */

import {
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { z } from 'zod';
import type { Deployment, SecretName } from './deployment.ts';

/** Fields of a secret; an absent field equals an empty one. */
export type Fields = Readonly<Record<string, string>>;

export interface Secrets {
  readonly read: (name: SecretName) => Promise<Fields>;
  readonly write: (name: SecretName, fields: Fields) => Promise<void>;
}

const fields = z.record(z.string(), z.string());
const TIMEOUT_MS = 10_000;

export function openSecrets({ secrets, region, secretsManagerUrl }: Deployment): Secrets {
  const client = new SecretsManagerClient({
    region,
    requestHandler: { requestTimeout: TIMEOUT_MS, connectionTimeout: TIMEOUT_MS },
    ...(secretsManagerUrl !== undefined && {
      endpoint: secretsManagerUrl,
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    }),
  });
  return {
    read: async (name) => {
      const answer = await client.send(new GetSecretValueCommand({ SecretId: secrets[name] }));
      return fields.parse(JSON.parse(answer.SecretString || '{}'));
    },
    write: async (name, replaced) => {
      const SecretString = JSON.stringify(replaced);
      await client.send(new PutSecretValueCommand({ SecretId: secrets[name], SecretString }));
    },
  };
}
