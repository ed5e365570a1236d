/** What every client of the AWS SDK is told explicitly, so that it reads no file and no variable. */

import type { Agents } from './https-agent.ts';

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
  readonly agent: Agents;
}

interface Tries {
  /** Per try, until the answer begins and while it is silent. */
  readonly timeoutMs: number;
  readonly maxAttempts: number;
}

/** The fields that all clients share. */
export interface AwsClientConfig {
  readonly region: string;
  readonly endpoint?: string;
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
  readonly requestHandler: {
    readonly httpAgent: Agents['http'];
    readonly httpsAgent: Agents['https'];
    readonly connectionTimeout: number;
    readonly requestTimeout: number;
    readonly socketTimeout: number;
    readonly throwOnRequestTimeout: true;
  };
}

export function awsClientConfig(
  { region, endpoint, credentials, agent }: AwsClientOptions,
  { timeoutMs, maxAttempts }: Tries,
): AwsClientConfig {
  return {
    region,
    ...(endpoint !== undefined && { endpoint }),
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
    requestHandler: {
      httpAgent: agent.http,
      httpsAgent: agent.https,
      connectionTimeout: timeoutMs,
      requestTimeout: timeoutMs,
      socketTimeout: timeoutMs,
      throwOnRequestTimeout: true,
    },
  };
}
