/** Each optimisation of the build and of INIT, and how a build does without that one alone. */

import { readFileSync } from 'node:fs';
import type { BuildOptions, Plugin } from 'esbuild';
import { ESBUILD_OPTIONS } from '../../../../infra/aws/bundle.ts';

export interface Trick {
  readonly name: string;
  /** The options of a build that lacks it. */
  readonly without: BuildOptions;
}

export const TRICKS: readonly Trick[] = [
  { name: 'warm-up', without: replacing(/dependencies.initialize\.ts$/, withoutWarmUp) },
  {
    name: 'early tasks and warm-up',
    without: replacing(
      /dependencies.initialize\.ts$/,
      () => 'export async function initialize() {}',
    ),
  },
  {
    name: 'ready sockets',
    without: replacing(
      /https.ready-sockets\.ts$/,
      () => 'export const createReadySockets = () => ({ open: async () => {} });',
    ),
  },
  {
    name: 'explicit client configuration',
    without: replacing(/aws.client-config\.ts$/, () => DEFAULT_CLIENT_CONFIGURATION),
  },
  {
    name: 'no copies for a logger',
    without: replacing(/aws.client-config\.ts$/, withLogger),
  },
  {
    name: 'our own transport',
    without: replacing(/aws.transport\.ts$/, () => TRANSPORT_OF_THE_SDK),
  },
  { name: 'external credential providers', without: { ...ESBUILD_OPTIONS, external: [] } },
];

const DEFAULT_CLIENT_CONFIGURATION = `
export const awsClientConfig = (
  { region, endpoint, credentials, transport },
  { timeoutMs, maxAttempts },
) => ({
  region,
  credentials,
  maxAttempts,
  ...(endpoint && { endpoint }),
  requestHandler: transport(timeoutMs),
});
export const withoutLogger = (client) => {
  client.middlewareStack.remove('loggerMiddleware');
  return client;
};`;

const TRANSPORT_OF_THE_SDK = `
import { NodeHttpHandler } from '@smithy/node-http-handler';
export const createAwsTransport = (agent) => (requestTimeout) =>
  new NodeHttpHandler({ requestTimeout, httpsAgent: agent.https, httpAgent: agent.http });`;

function withoutWarmUp(source: string): string {
  const once = '.then(warmUp)';
  if (!source.includes(once)) throw new Error('initialize() runs the warm-up in another way');
  return source.replace(once, '');
}

function withLogger(source: string): string {
  const removal = "client.middlewareStack.remove('loggerMiddleware');";
  if (!source.includes(removal)) throw new Error('withoutLogger() does it in another way');
  return source.replace(removal, '');
}

function replacing(filter: RegExp, replace: (source: string) => string): BuildOptions {
  const plugin: Plugin = {
    name: 'without',
    setup: ({ onLoad }) => {
      onLoad({ filter }, ({ path }) => ({
        contents: replace(readFileSync(path, 'utf8')),
        loader: 'ts',
      }));
    },
  };
  return { ...ESBUILD_OPTIONS, plugins: [plugin] };
}
