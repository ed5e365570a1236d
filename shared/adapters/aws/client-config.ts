/** Configures every client of the AWS SDK explicitly, so that it reads no file and no variable. */

import type { AwsTransport } from './transport.ts';

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface AwsClientOptions {
  readonly region: string;
  /** @default the service's own in the region */
  readonly endpoint?: string | undefined;
  readonly credentials: Credentials | (() => Promise<Credentials>);
  /** A transport, by its time limit for a whole answer. */
  readonly transport: (timeoutMs: number) => AwsTransport;
}

interface ServiceOptions {
  /** The first label of the service's host. */
  readonly service: string;
  /** Time limit of one try, for the whole answer. */
  readonly timeoutMs: number;
  readonly maxAttempts: number;
}

/** The fields that all clients share. */
export interface AwsClientConfig {
  readonly region: string;
  readonly endpoint: string;
  readonly endpointProvider: () => { readonly url: URL };
  readonly credentials: AwsClientOptions['credentials'];
  readonly maxAttempts: number;
  readonly retryMode: 'standard';
  readonly defaultsMode: 'standard';
  readonly useDualstackEndpoint: false;
  readonly useFipsEndpoint: false;
  readonly ignoreConfiguredEndpointUrls: true;
  readonly disableClockSkewCorrection: false;
  readonly authSchemePreference: string[];
  readonly userAgentAppId: string;
  /** The middleware stack of a command is built once, not per request. */
  readonly cacheMiddleware: true;
  readonly requestHandler: AwsTransport;
}

export function awsClientConfig(
  { region, endpoint, credentials, transport }: AwsClientOptions,
  { service, timeoutMs, maxAttempts }: ServiceOptions,
): AwsClientConfig {
  const url = new URL(endpoint ?? `https://${service}.${region}.amazonaws.com`);
  return {
    region,
    endpoint: url.href,
    endpointProvider: () => ({ url }),
    credentials,
    maxAttempts,
    retryMode: 'standard',
    defaultsMode: 'standard',
    useDualstackEndpoint: false,
    useFipsEndpoint: false,
    ignoreConfiguredEndpointUrls: true,
    disableClockSkewCorrection: false,
    authSchemePreference: ['sigv4'],
    userAgentAppId: 'silent-auth',
    cacheMiddleware: true,
    requestHandler: transport(timeoutMs),
  };
}

interface SdkClient {
  readonly middlewareStack: { readonly remove: (name: string) => boolean };
}

/**
 * The SDK copies the input and the answer of every call for its logger, also when there is none.
 * Without that step nothing of a call can reach a log either.
 */
export function withoutLogger<Client extends SdkClient>(client: Client): Client {
  client.middlewareStack.remove('loggerMiddleware');
  return client;
}
