/** Secrets Manager. */

import { createSecretsManagerClient } from '../adapters/secrets/client.ts';
import { createSecretStore, type Secrets } from '../adapters/secrets/secret-store.ts';
import { ENV } from '../config.ts';
import type { Telemetry } from '../domain/ports/telemetry.ts';
import { type Aws, clientOptions } from './aws.ts';
import { clock } from './instance.ts';

export function createSecrets(aws: Aws, telemetry: Telemetry): Secrets {
  return createSecretStore({
    client: createSecretsManagerClient(clientOptions(aws, ENV.secretsManagerEndpoint)),
    clock,
    onStale: () => telemetry.measure({ name: 'SecretStale' }),
  });
}
