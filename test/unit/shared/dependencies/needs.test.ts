import { afterEach, describe, expect, it } from 'vitest';
import { ENV, type FunctionName } from '../../../../shared/config.ts';
import { buildCancelNeeds } from '../../../../shared/dependencies/needs/cancel.ts';
import { buildCheckCodeNeeds } from '../../../../shared/dependencies/needs/check-code.ts';
import { buildClockNeeds } from '../../../../shared/dependencies/needs/clock.ts';
import { buildConnectNeeds } from '../../../../shared/dependencies/needs/connect.ts';
import { buildContractsNeeds } from '../../../../shared/dependencies/needs/contracts.ts';
import { buildMessageNeeds } from '../../../../shared/dependencies/needs/message.ts';
import { buildNextWorkflowNeeds } from '../../../../shared/dependencies/needs/next-workflow.ts';
import { buildProofNeeds } from '../../../../shared/dependencies/needs/proof.ts';
import { buildStartNeeds } from '../../../../shared/dependencies/needs/start.ts';
import { buildStatusNeeds } from '../../../../shared/dependencies/needs/status.ts';
import { buildWebhookNeeds } from '../../../../shared/dependencies/needs/webhook.ts';
import { LAMBDA_VARIABLES } from '../../../fixtures/lambda-variables.ts';
import { START_SETTINGS } from '../../../fixtures/start-settings.ts';

/** A value for each variable that some function requires. */
const VALUES: Readonly<Record<string, string>> = {
  ...LAMBDA_VARIABLES,
  POWERTOOLS_SERVICE_NAME: 'silent-auth',
  ...Object.fromEntries(Object.values(ENV).map((name) => [name, 'https://example.org'])),
  [ENV.checkUrlHosts]: '[".vonage.com"]',
  [ENV.allowedOrigins]: '[]',
  [ENV.startSettings]: JSON.stringify(START_SETTINGS),
  [ENV.proofSettings]: JSON.stringify({ audience: 'example', lifetimeSeconds: 120 }),
};

const SERVICE = 'POWERTOOLS_SERVICE_NAME';
const AWS = ['AWS_REGION', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'];
const DYNAMODB = [...AWS, ENV.verificationsTable];
const PUBLISHES = [...DYNAMODB, ENV.websocketManagementUrl];
const CALLS_VONAGE = [...PUBLISHES, ENV.privateKeySecret, ENV.vonageBaseUrl];
const PUBLISHING_OPTIONS = [ENV.dynamodbEndpoint, ENV.eventBus];
const SECRET_OPTIONS = [...PUBLISHING_OPTIONS, ENV.secretsManagerEndpoint];
const CALLING_OPTIONS = [...SECRET_OPTIONS, ENV.clockQueue];

/** Which of the project's variables each function must have, and which it may have. */
const VARIABLES: Readonly<
  Record<FunctionName, readonly [() => unknown, readonly string[], readonly string[]]>
> = {
  start: [
    () => buildStartNeeds().warmUpNeeds(),
    [
      ...DYNAMODB,
      ENV.guardsTable,
      ENV.privateKeySecret,
      ENV.keysSecret,
      ENV.vonageBaseUrl,
      ENV.checkUrlHosts,
      ENV.websocketUrl,
      ENV.startSettings,
    ],
    [
      ENV.dynamodbEndpoint,
      ENV.secretsManagerEndpoint,
      ENV.channelSwitch,
      ENV.warmTogether,
      ENV.edgeSecret,
      ENV.clockQueue,
      ENV.allowedOrigins,
    ],
  ],
  'check-code': [() => buildCheckCodeNeeds().warmUpNeeds(), CALLS_VONAGE, CALLING_OPTIONS],
  webhook: [
    () => buildWebhookNeeds().warmUpNeeds(),
    [...PUBLISHES, ENV.signatureSecret, ENV.checkUrlHosts],
    SECRET_OPTIONS,
  ],
  'next-workflow': [buildNextWorkflowNeeds, CALLS_VONAGE, CALLING_OPTIONS],
  cancel: [buildCancelNeeds, CALLS_VONAGE, CALLING_OPTIONS],
  status: [buildStatusNeeds, PUBLISHES, PUBLISHING_OPTIONS],
  message: [buildMessageNeeds, PUBLISHES, PUBLISHING_OPTIONS],
  connect: [buildConnectNeeds, [...DYNAMODB, ENV.allowedOrigins], [ENV.dynamodbEndpoint]],
  proof: [
    buildProofNeeds,
    [...DYNAMODB, ENV.keysSecret, ENV.proofKeySecret, ENV.proofSettings, ENV.publicUrl],
    [ENV.dynamodbEndpoint, ENV.secretsManagerEndpoint],
  ],
  contracts: [buildContractsNeeds, [ENV.publicUrl, ENV.websocketUrl], []],
  clock: [
    buildClockNeeds,
    [...CALLS_VONAGE, ENV.clockQueue],
    [...SECRET_OPTIONS, ENV.queueEndpoint],
  ],
};

/** Exactly these variables are set; the answer tells which of the project's own were read. */
function set(names: readonly string[]): () => readonly string[] {
  const read = new Set<string>();
  const values = Object.fromEntries(names.map((name) => [name, VALUES[name]]));
  process.env = new Proxy<NodeJS.ProcessEnv>(values, {
    get: (target, name) => {
      read.add(String(name));
      return Reflect.get(target, name);
    },
  });
  return () => Object.values(ENV).filter((name) => read.has(name));
}

const environment = process.env;
afterEach(() => {
  process.env = environment;
});

describe('the builders of needs', () => {
  it.each(Object.entries(VARIABLES))(
    'read only the variables of their own function: %s',
    (_name, [build, required, optional]) => {
      const read = set([SERVICE, ...required]);
      build();
      const own = [...required, ...optional].filter((name) => !AWS.includes(name));
      expect(read().toSorted()).toEqual(own.toSorted());
    },
  );

  it.each(
    Object.entries(VARIABLES).flatMap(([name, [build, required]]) => {
      const all = [SERVICE, ...required];
      return all.map((missing) => [name, missing, build, all] as const);
    }),
  )('of %s fail without %s, and name it', (_name, missing, build, all) => {
    set(all.filter((name) => name !== missing));
    expect(build).toThrow(`the environment variable ${missing} is not set`);
  });
});
