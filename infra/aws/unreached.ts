/**
 * What the AWS SDK carries for others than us: discovery of configuration, other partitions, other
 * kinds of CPUs. No invocation reaches it, because every client is told everything
 * (`shared/adapters/aws/client-config.ts`); it would be a third of each bundle. What is left out throws by name
 * if it is reached after all, and the tests of the round trips run these very bundles.
 */

import { readFileSync } from 'node:fs';
import type { Plugin } from 'esbuild';

type Replace = (source: string) => string;

/** Path of a module below `node_modules`, and what stands for it. */
export const UNREACHED: readonly (readonly [path: RegExp, replace: Replace])[] = [
  // The client's credentials are explicit: the environment's, always present in Lambda.
  [/@aws-sdk\/credential-provider-node\/dist-es\/index\.js$/, throwing],
  // No variable and no file is read: region, modes, tries and time limits are explicit.
  [/@smithy\/core\/.*\/node-config-provider\/configLoader\.js$/, throwing],
  [/@smithy\/core\/.*\/defaults-mode\/resolveDefaultsModeConfig\.js$/, standardMode],
  [/@aws-sdk\/core\/.*\/clock-skew-defaults\.js$/, withoutSkewDefault],
  [/@smithy\/core\/.*\/regionConfig\/getInstanceMetadataRegion\.js$/, throwing],
  [/@smithy\/core\/.*\/adaptors\/getEndpointFromConfig\.js$/, throwing],
  // The endpoint is explicit, so no rules for partitions, dual stack and FIPS are evaluated.
  [/@aws-sdk\/client-[a-z-]+\/dist-es\/endpoint\/endpointResolver\.js$/, throwing],
  [/@aws-sdk\/core\/.*\/aws\/partitions\.js$/, () => 'export const partitionsInfo = {};'],
  [/@aws-sdk\/core\/.*\/util-endpoints\/aws\.js$/, () => 'export const awsEndpointFunctions = {};'],
  [/@smithy\/core\/.*\/service-customizations\/s3\.js$/, throwing],
  // No operation of DynamoDB is discovered.
  [/@aws-sdk\/middleware-endpoint-discovery\/.*\/resolveEndpointDiscoveryConfig\.js$/, unchanged],
  [/@aws-sdk\/middleware-endpoint-discovery\/.*\/configurations\.js$/, throwing],
  [/@aws-sdk\/client-dynamodb\/dist-es\/commands\/DescribeEndpointsCommand\.js$/, throwing],
  // `retryMode: 'standard'`.
  [/@smithy\/core\/.*\/util-retry\/AdaptiveRetryStrategy\.js$/, throwing],
  // Node always has its own SHA-256.
  [/@smithy\/core\/.*\/sha256\/Sha256Js\.js$/, throwing],
  // Event streams.
  [/@smithy\/signature-v4\/dist-es\/HeaderFormatter\.js$/, () => 'export class HeaderFormatter {}'],
  // Both of our services speak RPC: nothing is bound to a path, a header or a host.
  [/@smithy\/core\/.*\/protocols\/HttpBindingNormalizedSchema\.js$/, withoutBindings],
  // Our operations know one kind of date: seconds since the epoch.
  [/@smithy\/core\/.*\/serde\/date-utils\.js$/, withoutTextDates],
  [/@smithy\/core\/.*\/schema-date-utils\.js$/, throwing],
  // Requests are carried by `shared/adapters/aws/transport.ts`, which hands out whole answers.
  [/@smithy\/node-http-handler\/dist-es\/node-http-handler\.js$/, withoutHandler],
  [/@smithy\/core\/.*\/serde\/util-stream\/stream-collector\.js$/, throwing],
  // No member of our answers is a number too large for JavaScript. Errors are read through it.
  [/@smithy\/core\/.*\/json\/jsonReviver\.js$/, plainReviver],
  // Nothing is logged by the SDK.
  [/@aws-sdk\/core\/.*\/middleware-logger\/loggerMiddleware\.js$/, withoutLogger],
  [/@smithy\/core\/.*\/smithy-client\/schemaLogFilter\.js$/, throwing],
  // The header that tells AWS's statistics which features of the SDK are in use.
  [/@aws-sdk\/core\/.*\/middleware-user-agent\/user-agent-middleware\.js$/, withoutUserAgent],
  [/@aws-sdk\/core\/.*\/util-user-agent-node\/defaultUserAgent\.js$/, withoutUserAgent],
  // Lambda's version of Node is ours to choose.
  [/@aws-sdk\/core\/.*\/client\/emitWarningIfUnsupportedVersion\.js$/, withoutWarning],
  // The clients are told everything at once: no extension changes it afterwards.
  [/@aws-sdk\/client-[a-z-]+\/dist-es\/runtimeExtensions\.js$/, unchanged],
  // Only the version is used.
  [/@aws-sdk\/client-[a-z-]+\/package\.json$/, versionOnly],
  // Errors of operations that we do not call; one that came all the same keeps its name and status.
  [/@aws-sdk\/client-(dynamodb|secrets-manager)\/.*\/schemas_0\.js$/, ourErrorsOnly],
];

/** The errors of `GetItem`, `UpdateItem` and `GetSecretValue`. */
const OUR_ERRORS = [
  'ConditionalCheckFailedException',
  'InternalServerError',
  'ItemCollectionSizeLimitExceededException',
  'ProvisionedThroughputExceededException',
  'ReplicatedWriteConflictException',
  'RequestLimitExceeded',
  'ResourceNotFoundException',
  'ThrottlingException',
  'TransactionConflictException',
  'DecryptionFailure',
  'InternalServiceError',
  'InvalidParameterException',
  'InvalidRequestException',
];

/** esbuild leaves out what {@link UNREACHED} names. */
export const leaveOutUnreached: Plugin = {
  name: 'leave-out-unreached',
  setup: ({ onLoad }) => {
    onLoad({ filter: /node_modules.(@aws-sdk|@smithy)./ }, ({ path }) => {
      const [, replace] = UNREACHED.find(([known]) => known.test(path.replaceAll('\\', '/'))) ?? [];
      if (!replace) return undefined;
      const loader = path.endsWith('.json') ? 'json' : 'js';
      return { contents: replace(readFileSync(path, 'utf8')), loader };
    });
  },
};

/** The same names, none of which may be called, but for those that `kept` says. */
function throwing(source: string, kept: Readonly<Record<string, string>> = {}): string {
  const declared = [...source.matchAll(DECLARATION)].map(([, , name = '']) => name);
  const listed = [...source.matchAll(/^export {([^}]*)} from/gm)].flatMap(([, names = '']) =>
    names.split(',').map((name) => name.trim()),
  );
  return [...declared, ...listed]
    .filter((name) => name !== '')
    .map((name) => `export const ${name} = ${kept[name] ?? toThrow(name)};`)
    .join('\n');
}

function toThrow(name: string): string {
  return `function () { throw new Error('${name} is left out'); }`;
}

/** What parses dates as text. */
function withoutTextDates(source: string): string {
  const names: string[] = [];
  const renamed = source.replace(/^export const (parseRfc\w+) =/gm, (_, name) => {
    names.push(name);
    return `const unreached_${name} =`;
  });
  const stubs = names.map((name) => `export const ${name} = ${toThrow(name)};`);
  return [renamed, ...stubs].join('\n');
}

const DECLARATION = /^export (const|function|async function|class) (\w+)/gm;

function standardMode(source: string): string {
  return throwing(source, { resolveDefaultsModeConfig: '() => async () => "standard"' });
}

function plainReviver(): string {
  return 'export const jsonReviver = (_key, value) => value;';
}

function withoutLogger(source: string): string {
  return throwing(source, { getLoggerPlugin: '() => ({ applyToStack() {} })' });
}

function withoutBindings(source: string): string {
  return throwing(source, { getHttpOperationBindings: '() => []' });
}

function withoutUserAgent(source: string): string {
  return throwing(source, {
    getUserAgentPlugin: '() => ({ applyToStack() {} })',
    createDefaultUserAgentProvider: '() => async () => []',
  });
}

function withoutWarning(source: string): string {
  return throwing(source, { emitWarningIfUnsupportedVersion: '() => {}' });
}

/** What completes a configuration leaves it as it is. */
function unchanged(source: string): string {
  return throwing(source, {
    resolveRuntimeExtensions: '(config) => config',
    resolveEndpointDiscoveryConfig: '(config) => config',
  });
}

/** The clients say themselves that a wrong clock is corrected. */
function withoutSkewDefault(): string {
  return 'export const DEFAULT_DISABLE_CLOCK_SKEW_CORRECTION = undefined;';
}

/** The client's configuration holds its handler already. */
function withoutHandler(source: string): string {
  return throwing(source, { NodeHttpHandler: '{ create: (handler) => handler }' });
}

function versionOnly(source: string): string {
  const { version } = JSON.parse(source);
  return JSON.stringify({ version });
}

function ourErrorsOnly(source: string): string {
  return source.replace(/^n0_registry\.registerError\((\w+)\$, \1\);$/gm, (whole, name) =>
    OUR_ERRORS.includes(name) ? whole : '',
  );
}
