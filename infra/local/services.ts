/** The other processes of the stack: the stand-ins of AWS's services and of Vonage. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { HTTP_ROUTES } from '../../shared/config.ts';
import { type Access, toPageOrigins } from './access.ts';
import { type Child, startChild } from './child.ts';
import type { LocalIdentity } from './local-identity.ts';
import { LOCAL_ACCOUNT, LOCAL_REGION } from './synthesize.ts';

const WEBHOOK_ROUTE = 'POST /webhook' satisfies keyof typeof HTTP_ROUTES;

export interface AwsOptions {
  readonly port: number;
  readonly folder: string;
  readonly access: Access;
  /** Factor on the times of the queues. */
  readonly timeScale: number;
}

export function startAws({ port, folder, access, timeScale }: AwsOptions): Promise<Child> {
  return startChild({
    name: 'the AWS stand-in',
    entryFile: fileURLToPath(new URL('./aws/main.ts', import.meta.url)),
    environment: {
      PORT: String(port),
      DATA_FOLDER: join(folder, 'aws'),
      STACK_FOLDER: folder,
      REGION: LOCAL_REGION,
      ACCOUNT_ID: LOCAL_ACCOUNT,
      HOSTS: JSON.stringify(access.hosts),
      TIME_SCALE: String(timeScale),
    },
  });
}

export interface VonageOptions {
  readonly port: number;
  readonly folder: string;
  readonly identity: LocalIdentity;
  /** Origin of the HTTP API, which receives the webhooks. */
  readonly apiUrl: string;
  readonly timeScale: number;
  readonly access: Access;
}

export function startVonage(options: VonageOptions): Promise<Child> {
  const { port, folder, identity, apiUrl, timeScale, access } = options;
  const origins = [...toPageOrigins(apiUrl), ...access.origins];
  return startChild({
    name: 'the Vonage simulator',
    entryFile: fileURLToPath(new URL('./vonage/main.ts', import.meta.url)),
    environment: {
      PORT: String(port),
      WEBHOOK_URL: apiUrl + WEBHOOK_ROUTE.slice('POST '.length),
      APPLICATION_ID: identity.applicationId,
      APPLICATION_PUBLIC_KEY: identity.applicationPublicKey,
      API_KEY: identity.apiKey,
      SIGNATURE_SECRET: identity.signatureSecret,
      ACCOUNT_API_SECRET: identity.accountApiSecret,
      VONAGE_TIME_SCALE: String(timeScale),
      ACCESS: JSON.stringify({ hosts: access.hosts, origins }),
      STATE_FILE: join(folder, 'vonage.json'),
    },
  });
}
