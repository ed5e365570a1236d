/**
 * What each function needs. A need gives a function both the environment variable that names a
 * resource and the permission to use it, so that neither exists without the other. No function has
 * Scan, Query, PutItem or DeleteItem. Only `webhook` can read the signature secret, and it cannot
 * read the private key.
 */

import type { EventBus } from 'aws-cdk-lib/aws-events';
import type { Alias } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import {
  ENV,
  FUNCTION_NAMES,
  type FunctionName,
  type StartSettings,
  WARMED,
} from '../../shared/config.ts';
import type { Bundles } from './bundle.ts';
import type { ChannelSwitch } from './constructs/channel-switch.ts';
import type { ClockQueue } from './constructs/clock-queue.ts';
import type { Edge } from './constructs/edge.ts';
import { type HttpApi, isKeptByGateway } from './constructs/http-api.ts';
import {
  DEFAULT_MEMORY,
  type Functions,
  grantExactly,
  LambdaFunction,
} from './constructs/lambda-function.ts';
import type { Secrets } from './constructs/secrets.ts';
import type { Tables } from './constructs/tables.ts';
import type { WebSocketApi } from './constructs/websocket-api.ts';
import { type Stage, toStartSettings } from './stage.ts';

type TableAction = 'GetItem' | 'UpdateItem';
type Setting = 'startSettings' | 'proofSettings' | 'vonageBaseUrl' | 'checkUrlHosts';
type Address = 'publicUrl' | 'appUrl' | 'websocketUrl' | 'allowedOrigins';

interface Needs {
  readonly verifications?: readonly TableAction[];
  readonly guards?: readonly TableAction[];
  readonly secrets?: readonly (keyof Secrets &
    ('privateKey' | 'signature' | 'keys' | 'proofKey'))[];
  /** Methods of the management API of the WebSocket connections. */
  readonly connections?: readonly ('POST' | 'DELETE')[];
  readonly settings?: readonly (Setting | Address)[];
  /** May read which channels are switched off, because it starts verifications. */
  readonly channelSwitch?: boolean;
  /** Takes the caller's address from CloudFront, if the stage has it. */
  readonly edge?: boolean;
  /** Refuses pages of foreign origins, where the gateway cannot. */
  readonly origins?: boolean;
  /** Publishes ends on the event bus, if the stage has one, because it can end a verification. */
  readonly ends?: boolean;
  /** Sends messages of the clock. */
  readonly sendsToClock?: boolean;
  /** @default 25 */
  readonly timeoutSeconds?: number;
}

const READ_WRITE = ['GetItem', 'UpdateItem'] as const;

/** Needs of the functions that call Vonage about a verification. */
const CALLS_VONAGE: Needs = {
  verifications: READ_WRITE,
  secrets: ['privateKey'],
  connections: ['POST'],
  settings: ['vonageBaseUrl'],
  ends: true,
  sendsToClock: true,
};
/** A sixth of the time after which the queue delivers again. */
const CLOCK_TIMEOUT_SECONDS = 15;

const NEEDS: Readonly<Record<FunctionName, Needs>> = {
  start: {
    verifications: READ_WRITE,
    guards: READ_WRITE,
    secrets: ['privateKey', 'keys'],
    settings: ['vonageBaseUrl', 'checkUrlHosts', 'websocketUrl', 'startSettings'],
    channelSwitch: true,
    edge: true,
    sendsToClock: true,
    origins: true,
  },
  'check-code': CALLS_VONAGE,
  'next-workflow': CALLS_VONAGE,
  cancel: CALLS_VONAGE,
  webhook: {
    verifications: READ_WRITE,
    secrets: ['signature'],
    connections: ['POST'],
    settings: ['checkUrlHosts'],
    ends: true,
  },
  status: { verifications: READ_WRITE, connections: ['POST'], ends: true },
  connect: { verifications: ['GetItem'], settings: ['allowedOrigins'] },
  message: { verifications: READ_WRITE, connections: ['POST', 'DELETE'], ends: true },
  proof: {
    verifications: ['GetItem'],
    secrets: ['keys', 'proofKey'],
    settings: ['proofSettings', 'publicUrl'],
  },
  contracts: { settings: ['appUrl', 'websocketUrl'] },
  clock: { ...CALLS_VONAGE, timeoutSeconds: CLOCK_TIMEOUT_SECONDS },
};

export interface Resources {
  readonly tables: Tables;
  readonly secrets: Secrets;
  readonly httpApi: HttpApi;
  readonly websocketApi: WebSocketApi;
  readonly channelSwitch: ChannelSwitch;
  readonly clockQueue: ClockQueue;
  /** Absent where the stage has no CloudFront. */
  readonly edge: Edge | undefined;
  /** Absent where the stage has no events. */
  readonly eventBus: EventBus | undefined;
}

/** What the functions read of a stage. */
export type FunctionSettings = StartSettings &
  Pick<
    Stage,
    | 'name'
    | 'proof'
    | 'vonageBaseUrl'
    | 'checkUrlHosts'
    | 'origins'
    | 'edge'
    | 'logLevel'
    | 'logRetentionDays'
    | 'memory'
    | 'warmTogether'
    | 'clockConcurrency'
    | 'reservedConcurrency'
    | 'gradualDeployment'
  >;

export function createFunctions(
  scope: Construct,
  stage: FunctionSettings,
  bundles: Bundles,
  resources: Resources,
): Functions {
  const create = (id: string, name: FunctionName): LambdaFunction => {
    const needs = NEEDS[name];
    const created = new LambdaFunction(scope, id, {
      name,
      stageName: stage.name,
      bundle: bundles[name],
      environment: environmentOf(needs, stage, resources),
      timeoutSeconds: needs.timeoutSeconds,
      memory: stage.memory?.[name] ?? DEFAULT_MEMORY,
      logLevel: stage.logLevel,
      logRetentionDays: stage.logRetentionDays,
      reservedConcurrency: stage.reservedConcurrency[name],
      gradualDeployment: stage.gradualDeployment,
    });
    grant(created, needs, resources);
    return created;
  };
  const functions: Functions = {
    start: create('Start', 'start'),
    'check-code': create('CheckCode', 'check-code'),
    webhook: create('Webhook', 'webhook'),
    'next-workflow': create('NextWorkflow', 'next-workflow'),
    cancel: create('Cancel', 'cancel'),
    status: create('Status', 'status'),
    proof: create('Proof', 'proof'),
    connect: create('Connect', 'connect'),
    message: create('Message', 'message'),
    contracts: create('Contracts', 'contracts'),
    clock: create('Clock', 'clock'),
  };
  resources.clockQueue.feed(functions.clock, stage.clockConcurrency);
  if (stage.warmTogether !== false) warmTogether(functions);
  return functions;
}

/**
 * Lets `start` invoke exactly the functions that a verification needs next, and gives it their
 * names.
 */
function warmTogether({ start, ...others }: Functions): void {
  const warmed = WARMED.map((name) => others[name]);
  for (const lambda of warmed) {
    lambda.takeWarmUps();
    grantExactly(start, 'lambda:InvokeFunction', lambda.target.functionArn);
  }
  start.addEnvironment(
    ENV.warmTogether,
    JSON.stringify(warmed.map(({ targetName }) => targetName)),
  );
}

/**
 * The contracts name the address that apps call. The issuer of proofs is always the API's own
 * address.
 */
const SETTING_VARIABLES = { ...ENV, appUrl: ENV.publicUrl };

const SECRET_VARIABLES = {
  privateKey: ENV.privateKeySecret,
  signature: ENV.signatureSecret,
  keys: ENV.keysSecret,
  proofKey: ENV.proofKeySecret,
};

function environmentOf(
  needs: Needs,
  stage: FunctionSettings,
  resources: Resources,
): Record<string, string> {
  const { tables, secrets, httpApi, websocketApi, channelSwitch, edge, eventBus, clockQueue } =
    resources;
  const settings: Record<Setting | Address, string> = {
    startSettings: JSON.stringify(toStartSettings(stage)),
    proofSettings: JSON.stringify(stage.proof),
    vonageBaseUrl: stage.vonageBaseUrl,
    checkUrlHosts: JSON.stringify(stage.checkUrlHosts),
    publicUrl: httpApi.url,
    appUrl: edge?.url ?? httpApi.url,
    websocketUrl: websocketApi.url,
    allowedOrigins: JSON.stringify([
      ...new Set([...stage.origins, httpApi.url, httpApi.defaultOrigin, websocketApi.origin]),
    ]),
  };
  const entries: (readonly [string, string])[] = [
    ...(needs.settings ?? []).map((name) => [SETTING_VARIABLES[name], settings[name]] as const),
    ...(needs.secrets ?? []).map(
      (name) => [SECRET_VARIABLES[name], secrets[name].secretArn] as const,
    ),
  ];
  if (needs.verifications) entries.push([ENV.verificationsTable, tables.verifications.tableName]);
  if (needs.guards) entries.push([ENV.guardsTable, tables.guards.tableName]);
  if (needs.connections) entries.push([ENV.websocketManagementUrl, websocketApi.managementUrl]);
  if (needs.channelSwitch) {
    entries.push([ENV.channelSwitch, channelSwitch.parameterName]);
  }
  if (needs.edge && edge) entries.push([ENV.edgeSecret, edge.secret.secretArn]);
  if (needs.edge && stage.edge?.onlyWay) entries.push([ENV.edgeOnly, 'true']);
  if (needs.origins && !isKeptByGateway(stage.origins)) {
    entries.push([ENV.allowedOrigins, settings.allowedOrigins]);
  }
  if (needs.ends && eventBus) entries.push([ENV.eventBus, eventBus.eventBusName]);
  if (needs.sendsToClock) entries.push([ENV.clockQueue, clockQueue.messages.queueUrl]);
  return Object.fromEntries(entries);
}

function grant(grantee: LambdaFunction, needs: Needs, resources: Resources): void {
  const { tables, secrets, websocketApi, channelSwitch, edge, eventBus, clockQueue } = resources;
  for (const action of needs.verifications ?? []) {
    tables.verifications.grant(grantee, `dynamodb:${action}`);
  }
  for (const action of needs.guards ?? []) tables.guards.grant(grantee, `dynamodb:${action}`);
  for (const name of needs.secrets ?? []) {
    grantExactly(grantee, 'secretsmanager:GetSecretValue', secrets[name].secretArn);
  }
  for (const method of needs.connections ?? []) websocketApi.grantConnections(grantee, method);
  if (needs.channelSwitch) channelSwitch.grantRead(grantee);
  if (needs.edge && edge) {
    grantExactly(grantee, 'secretsmanager:GetSecretValue', edge.secret.secretArn);
  }
  if (needs.ends && eventBus) grantExactly(grantee, 'events:PutEvents', eventBus.eventBusArn);
  if (needs.sendsToClock) clockQueue.grantSend(grantee);
}

/** The aliases of a stage that deploys gradually, by function; none elsewhere. */
export function liveAliases(functions: Functions): ReadonlyMap<FunctionName, Alias> {
  return new Map(
    FUNCTION_NAMES.flatMap((name) => {
      const { live } = functions[name];
      return live ? [[name, live] as const] : [];
    }),
  );
}
