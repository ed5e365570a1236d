/** Each optimisation of the build and of INIT, and how a build does without that one alone. */

import type { BuildOptions } from 'esbuild';
import { ESBUILD_OPTIONS } from '../../../../infra/aws/bundle.ts';
import { UNPRIMED, without } from '../builds.ts';

interface Trick {
  readonly name: string;
  /** The options of a build that lacks it. */
  readonly without: BuildOptions;
}

const CLIENT_CONFIGURATION = /aws.client-config\.ts$/;
const REMOVED_LOGGER = "client.middlewareStack.remove('loggerMiddleware');";
const NO_READY_SOCKETS = 'export const createReadySockets = () => ({ open: async () => {} });';

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
  ${REMOVED_LOGGER}
  return client;
};`;

const TRANSPORT_OF_THE_SDK = `
import { NodeHttpHandler } from '@smithy/node-http-handler';
export const createAwsTransport = (agent) => (requestTimeout) =>
  new NodeHttpHandler({ requestTimeout, httpsAgent: agent.https, httpAgent: agent.http });`;

export const TRICKS: readonly Trick[] = [
  {
    name: 'warm-up',
    without: without(/dependencies.initialize\.ts$/, removing('.then(warmUp)')),
  },
  { name: 'early tasks and warm-up', without: UNPRIMED },
  { name: 'ready sockets', without: without(/https.ready-sockets\.ts$/, () => NO_READY_SOCKETS) },
  {
    name: 'explicit client configuration',
    without: without(CLIENT_CONFIGURATION, () => DEFAULT_CLIENT_CONFIGURATION),
  },
  {
    name: 'no copies for a logger',
    without: without(CLIENT_CONFIGURATION, removing(REMOVED_LOGGER)),
  },
  { name: 'our own transport', without: without(/aws.transport\.ts$/, () => TRANSPORT_OF_THE_SDK) },
  { name: 'external credential providers', without: { ...ESBUILD_OPTIONS, external: [] } },
];

function removing(text: string): (source: string) => string {
  return (source) => {
    if (!source.includes(text)) throw new Error(`no source says ${text} any more`);
    return source.replace(text, '');
  };
}
