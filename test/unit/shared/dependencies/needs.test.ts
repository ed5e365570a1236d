import { afterEach, describe, expect, it, vi } from 'vitest';
import { ENV, type FunctionName, type ProofSettings } from '../../../../shared/config.ts';
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

const PROOFS: ProofSettings = { audience: 'example', lifetimeSeconds: 120 };

/** A value for each variable that some function requires. */
const VALUES: Readonly<Record<string, string>> = {
  ...LAMBDA_VARIABLES,
  POWERTOOLS_SERVICE_NAME: 'silent-auth',
  [ENV.verificationsTable]: 'Verifications',
  [ENV.guardsTable]: 'Guards',
  [ENV.privateKeySecret]: 'private-key',
  [ENV.signatureSecret]: 'signature',
  [ENV.keysSecret]: 'keys',
  [ENV.proofKeySecret]: 'proof-key',
  [ENV.vonageBaseUrl]: 'https://api-eu.vonage.com',
  [ENV.checkUrlHosts]: '[".vonage.com"]',
  [ENV.websocketUrl]: 'wss://push.example.org/dev',
  [ENV.websocketManagementUrl]: 'https://push.example.org/dev',
  [ENV.allowedOrigins]: '[]',
  [ENV.startSettings]: JSON.stringify(START_SETTINGS),
  [ENV.proofSettings]: JSON.stringify(PROOFS),
  [ENV.publicUrl]: 'https://api.example.org',
  [ENV.clockQueue]: 'https://sqs.example.org/1/clock',
};

const AWS = ['AWS_REGION', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'];
const DYNAMODB = [...AWS, ENV.verificationsTable];
const PUBLISHES = [...DYNAMODB, ENV.websocketManagementUrl];
const CALLS_VONAGE = [...PUBLISHES, ENV.privateKeySecret, ENV.vonageBaseUrl];
const PUBLISHING_OPTIONS = [ENV.dynamodbEndpoint, ENV.eventBus];
const VERIFYING_OPTIONS = [
  ENV.dynamodbEndpoint,
  ENV.eventBus,
  ENV.secretsManagerEndpoint,
  ENV.clockQueue,
];
const VONAGE_OPTIONS = [...PUBLISHING_OPTIONS, ENV.secretsManagerEndpoint];

interface Variables {
  readonly build: () => unknown;
  readonly required: readonly string[];
  readonly optional: readonly string[];
}

/** Which of the project's variables each function reads. */
const VARIABLES: Readonly<Record<FunctionName, Variables>> = {
  start: {
    build: () => buildStartNeeds().warmUpNeeds(),
    required: [
      ...DYNAMODB,
      ENV.guardsTable,
      ENV.privateKeySecret,
      ENV.keysSecret,
      ENV.vonageBaseUrl,
      ENV.checkUrlHosts,
      ENV.websocketUrl,
      ENV.startSettings,
    ],
    optional: [
      ENV.dynamodbEndpoint,
      ENV.secretsManagerEndpoint,
      ENV.channelSwitch,
      ENV.warmTogether,
      ENV.edgeSecret,
      ENV.clockQueue,
      ENV.allowedOrigins,
    ],
  },
  'check-code': {
    build: () => buildCheckCodeNeeds().warmUpNeeds(),
    required: CALLS_VONAGE,
    optional: VERIFYING_OPTIONS,
  },
  webhook: {
    build: () => buildWebhookNeeds().warmUpNeeds(),
    required: [...PUBLISHES, ENV.signatureSecret, ENV.checkUrlHosts],
    optional: VONAGE_OPTIONS,
  },
  'next-workflow': {
    build: buildNextWorkflowNeeds,
    required: CALLS_VONAGE,
    optional: VERIFYING_OPTIONS,
  },
  cancel: { build: buildCancelNeeds, required: CALLS_VONAGE, optional: VERIFYING_OPTIONS },
  status: { build: buildStatusNeeds, required: PUBLISHES, optional: PUBLISHING_OPTIONS },
  message: { build: buildMessageNeeds, required: PUBLISHES, optional: PUBLISHING_OPTIONS },
  connect: {
    build: buildConnectNeeds,
    required: [...DYNAMODB, ENV.allowedOrigins],
    optional: [ENV.dynamodbEndpoint],
  },
  proof: {
    build: buildProofNeeds,
    required: [...DYNAMODB, ENV.keysSecret, ENV.proofKeySecret, ENV.proofSettings, ENV.publicUrl],
    optional: [ENV.dynamodbEndpoint, ENV.secretsManagerEndpoint],
  },
  contracts: {
    build: buildContractsNeeds,
    required: [ENV.publicUrl, ENV.websocketUrl],
    optional: [],
  },
  clock: {
    build: buildClockNeeds,
    required: [...CALLS_VONAGE, ENV.clockQueue],
    optional: [...VONAGE_OPTIONS, ENV.queueEndpoint],
  },
};

const CASES = Object.entries(VARIABLES).map(([name, variables]) => ({ name, ...variables }));

/** Exactly these variables are set; the answer tells which of the project's own were read. */
function set(names: readonly string[]): () => readonly string[] {
  const read = new Set<string>();
  const values: Record<string, string | undefined> = {
    POWERTOOLS_SERVICE_NAME: VALUES.POWERTOOLS_SERVICE_NAME,
    ...Object.fromEntries(names.map((name) => [name, VALUES[name]])),
  };
  process.env = new Proxy(values, {
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
  vi.restoreAllMocks();
});

describe('the builders of needs', () => {
  it.each(CASES)('read only the variables of their own function: $name', (function_) => {
    const { build, required, optional } = function_;
    const read = set(required);
    build();
    const own = [...required, ...optional].filter((name) => !AWS.includes(name));
    expect(read().toSorted()).toEqual(own.toSorted());
  });

  it.each(
    CASES.flatMap(({ name, build, required }) =>
      [...required, 'POWERTOOLS_SERVICE_NAME'].map((missing) => ({
        name,
        build,
        missing,
        required,
      })),
    ),
  )('of $name fail without $missing, and name it', ({ build, missing, required }) => {
    set(required.filter((name) => name !== missing));
    if (missing === 'POWERTOOLS_SERVICE_NAME') delete process.env[missing];
    expect(build).toThrow(`the environment variable ${missing} is not set`);
  });
});
