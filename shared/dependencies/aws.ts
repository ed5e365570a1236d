/** Access to AWS's services: region, credentials and the sockets that all clients share. */

import type { AwsClientOptions } from '../adapters/aws/client-config.ts';
import type { AwsRequestOptions } from '../adapters/aws/request.ts';
import { createAwsTransport } from '../adapters/aws/transport.ts';
import { createAgents } from '../adapters/https/https-agent.ts';
import type { InstanceTelemetry } from '../lambda/telemetry.ts';
import { findVariable, requireVariable } from './environment.ts';
import { clock } from './instance.ts';

export type Aws = Pick<AwsRequestOptions, 'region' | 'credentials' | 'agent'>;

/** Lambda's credentials stay the same for the life of an instance. */
export function createAws({ onCall }: InstanceTelemetry): Aws {
  const sessionToken = findVariable('AWS_SESSION_TOKEN');
  return {
    region: requireVariable('AWS_REGION'),
    credentials: {
      accessKeyId: requireVariable('AWS_ACCESS_KEY_ID'),
      secretAccessKey: requireVariable('AWS_SECRET_ACCESS_KEY'),
      ...(sessionToken && { sessionToken }),
    },
    agent: createAgents(onCall),
  };
}

/** Options for the SDK's clients. */
export function clientOptions(aws: Aws, endpointVariable: string): AwsClientOptions {
  const transport = createAwsTransport(aws.agent);
  return { ...aws, transport, endpoint: findVariable(endpointVariable) };
}

/** Options for signed requests without the SDK. */
export function requestOptions(aws: Aws, endpointVariable: string): AwsRequestOptions {
  return { ...aws, clock, endpoint: findVariable(endpointVariable) };
}
