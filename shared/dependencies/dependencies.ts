/**
 * Builds the real adapters, once per instance, and is the only reader of the environment. Each function
 * takes the one builder it needs, so that a bundle holds nothing else.
 */

import { randomBytes } from 'node:crypto';
import type { AwsClientOptions } from '../adapters/aws/client-config.ts';
import type { AwsRequestOptions } from '../adapters/aws/request.ts';
import { createAwsTransport } from '../adapters/aws/transport.ts';
import { createDynamoDbClient } from '../adapters/dynamodb/client.ts';
import { createStartProtection } from '../adapters/dynamodb/start-protection.ts';
import { createVerificationLog } from '../adapters/dynamodb/verification-log.ts';
import { createEndNotifier } from '../adapters/eventbridge/end-notifier.ts';
import { createAgents } from '../adapters/https/https-agent.ts';
import { createChannelSwitch } from '../adapters/parameters/channel-switch.ts';
import { createPhoneNumbers } from '../adapters/phone-numbers/phone-numbers.ts';
import { createSecretsManagerClient } from '../adapters/secrets/client.ts';
import { parseClientToken } from '../adapters/secrets/client-token.ts';
import { createEdgeCheck, type EdgeCheck } from '../adapters/secrets/edge-check.ts';
import { createKeys } from '../adapters/secrets/keys.ts';
import { createProofSigner } from '../adapters/secrets/proof-signer.ts';
import { createSecretStore } from '../adapters/secrets/secret-store.ts';
import { createApplicationJwt } from '../adapters/vonage/application-jwt.ts';
import { createVonage } from '../adapters/vonage/client.ts';
import { createHttp } from '../adapters/vonage/http.ts';
import { parseWebhook } from '../adapters/vonage/webhook-body.ts';
import { createWebhookVerifier } from '../adapters/vonage/webhook-signature.ts';
import { createPusher } from '../adapters/websocket/pusher.ts';
import { ENV, type ProofSettings, type StartSettings } from '../config.ts';
import { toVerificationObject } from '../contract/to-verification-object.ts';
import type { Budget, Clock } from '../domain/ports/clock.ts';
import type { EndNotifier } from '../domain/ports/end-notifier.ts';
import type { Random } from '../domain/ports/random.ts';
import type { VerificationLog } from '../domain/ports/verification-log.ts';
import type { ProofSigner } from '../domain/proof.ts';
import type { HandlerNeeds, TokenNeeds } from '../lambda/needs.ts';
import { createTelemetry } from '../lambda/telemetry.ts';
import type { AcceptWebhookNeeds } from '../usecases/accept-webhook.ts';
import type { PublishNeeds } from '../usecases/announce.ts';
import type { CheckCodeNeeds } from '../usecases/check-code.ts';
import type { IssueProofNeeds } from '../usecases/issue-proof.ts';
import type { StartNeeds } from '../usecases/start/start-context.ts';
import type { Rehearsal } from './rehearsal.ts';

/** Vonage may be called for this long after a request came in; one call takes 6 s at most. */
const CALLS_BEGIN_WITHIN_MS = 14_000;

const clock: Clock = { now: Date.now };
const random: Random = {
  attemptId: () => randomBytes(6).toString('base64url'),
  nonce: () => randomBytes(16).toString('base64url'),
};
const agent = /* @__PURE__ */ createAgents();
const telemetry = createTelemetry(env('POWERTOOLS_SERVICE_NAME'));
const budget = (): Budget => ({ lastCallAtMs: clock.now() + CALLS_BEGIN_WITHIN_MS });
const handlerNeeds = (rehearsal?: Rehearsal): HandlerNeeds => ({
  telemetry: rehearsal?.telemetry ?? telemetry,
  budget,
});
const tokenNeeds = (rehearsal?: Rehearsal): TokenNeeds => ({
  ...handlerNeeds(rehearsal),
  parseToken: parseClientToken,
});

/** The published contracts name the addresses of this deployment. */
export function contractNeeds(): HandlerNeeds & {
  readonly publicUrl: string;
  readonly websocketUrl: string;
} {
  return { ...handlerNeeds(), publicUrl: env(ENV.publicUrl), websocketUrl: env(ENV.websocketUrl) };
}

/** `$connect`: it reads, and nothing else. */
export function connectNeeds(): TokenNeeds & {
  readonly log: VerificationLog;
  readonly allowedOrigins: readonly string[];
} {
  return { ...tokenNeeds(), log: log(), allowedOrigins: json(ENV.allowedOrigins, []) };
}

/** Reading and telling: `status` and `message`. */
export function readNeeds(): PublishNeeds & TokenNeeds {
  return { ...announcePorts(), ...tokenNeeds() };
}

/** Whatever asks Vonage about a running verification. */
export function codeNeeds(rehearsal?: Rehearsal): CheckCodeNeeds & TokenNeeds {
  primed.push(openPushSocket);
  return {
    ...announcePorts(rehearsal),
    ...tokenNeeds(rehearsal),
    random,
    vonage: vonage(rehearsal),
  };
}

export function webhookNeeds(rehearsal?: Rehearsal): AcceptWebhookNeeds & HandlerNeeds {
  const secrets = rehearsal?.secrets ?? secretStore();
  const secretId = env(ENV.signatureSecret);
  const needs = { ...announcePorts(rehearsal), ...handlerNeeds(rehearsal) };
  const { verify } = createWebhookVerifier({ ...needs, secrets, secretId });
  const hosts = json<readonly string[]>(ENV.checkUrlHosts, []);
  primed.push(() => secrets.get(secretId), openPushSocket);
  return {
    ...needs,
    webhooks: {
      verify: ({ authorization, body }) => verify(authorization, body),
      parse: (body, atMs) => parseWebhook(body, atMs, hosts),
    },
  };
}

export function startNeeds(rehearsal?: Rehearsal): StartNeeds &
  HandlerNeeds & {
    readonly websocketUrl: string;
    readonly edge?: { readonly isFromEdge: EdgeCheck; readonly isOnlyWay: boolean };
  } {
  const settings = json<StartSettings>(ENV.startSettings, NO_SETTINGS);
  const keys = createKeys({ secrets: secretStore(), secretId: env(ENV.keysSecret) });
  const protection = createStartProtection({
    client: rehearsal?.dynamoDb ?? dynamoDb(),
    onceClient: rehearsal ? () => rehearsal.dynamoDb : dynamoDbOnce,
    table: env(ENV.guardsTable),
    limits: settings.limits,
    keys,
  });
  primed.push(
    () => keys.tokens.currentKeyId(),
    ...Array.from({ length: WRITES_AT_ONCE }, () => () => agent.openSocket(dynamoDbUrl())),
  );
  return {
    ...handlerNeeds(rehearsal),
    log: log(rehearsal),
    ...protection,
    tokens: keys.tokens,
    identities: keys.identities,
    phoneNumbers: createPhoneNumbers(),
    vonage: vonage(rehearsal, settings),
    random,
    clock,
    ...(!rehearsal && channelSwitch(env(ENV.channelSwitch))),
    ...edge(env(ENV.edgeSecret)),
    settings,
    websocketUrl: env(ENV.websocketUrl),
  };
}

export function proofNeeds(): IssueProofNeeds & TokenNeeds & { readonly signer: ProofSigner } {
  const secrets = secretStore();
  const settings = json<ProofSettings>(ENV.proofSettings, NO_PROOFS);
  const { identities } = createKeys({ secrets, secretId: env(ENV.keysSecret) });
  const signer = createProofSigner({
    secrets,
    secretId: env(ENV.proofKeySecret),
    issuer: env(ENV.publicUrl),
    settings,
  });
  primed.push(signer.publicKeys, () => secrets.get(env(ENV.keysSecret)));
  const { lifetimeSeconds } = settings;
  return { ...tokenNeeds(), log: log(), identities, signer, clock, lifetimeSeconds };
}

/**
 * Does at the end of INIT, where Lambda lends a whole CPU, what the first request would wait for: it
 * reads secrets, signs the JWT, reads one item, opens sockets to whom the request will call, and then
 * rehearses. No effect, never an error, and at most a second.
 */
export async function prime(rehearse?: () => Promise<unknown>): Promise<void> {
  if (env(ENV.verificationsTable) === '') return;
  const done = Promise.allSettled(primed.map((task) => task()))
    .then(rehearse)
    .catch(() => {});
  await Promise.race([done, new Promise((resolve) => setTimeout(resolve, PRIME_MS).unref())]);
}

const PRIME_MS = 1000;
/** The guards that `start` asks together. */
const WRITES_AT_ONCE = 3;
/** What is added while a rehearsal is built comes too late to be done again. */
const primed: (() => Promise<unknown>)[] = [];

function announcePorts(rehearsal?: Rehearsal): PublishNeeds {
  if (rehearsal) return { ...rehearsal, log: log(rehearsal), clock };
  const pusher = createPusher({
    region: env('AWS_REGION'),
    endpoint: env(ENV.websocketManagementUrl),
    credentials,
    agent,
    clock,
    encode: (verification) =>
      JSON.stringify({ type: 'transition', verification: toVerificationObject(verification) }),
  });
  const endNotifier = endNotifierOf(env(ENV.eventBus));
  return { log: log(), pusher, telemetry, clock, ...(endNotifier && { endNotifier }) };
}

function edge(secretId: string): Pick<ReturnType<typeof startNeeds>, 'edge'> {
  if (secretId === '') return {};
  const secrets = secretStore();
  primed.push(() => secrets.get(secretId));
  const isFromEdge = createEdgeCheck({ secrets, secretId });
  return { edge: { isFromEdge, isOnlyWay: env(ENV.edgeOnly) === 'true' } };
}

/** Read at the end of INIT, then once a minute. */
function channelSwitch(parameter: string): Pick<StartNeeds, 'channelSwitch'> {
  if (parameter === '') return {};
  const found = createChannelSwitch({ ...awsOptions(ENV.parametersEndpoint), parameter, clock });
  primed.push(found.switchedOff);
  return { channelSwitch: found };
}

function endNotifierOf(bus: string): EndNotifier | undefined {
  if (bus === '') return undefined;
  return createEndNotifier({ ...awsOptions(ENV.eventBridgeEndpoint), bus, clock, telemetry });
}

function log(rehearsal?: Rehearsal): VerificationLog {
  const store = createVerificationLog({
    client: rehearsal?.dynamoDb ?? dynamoDb(),
    table: env(ENV.verificationsTable),
    clock,
  });
  primed.push(() => store.find('prime'));
  return store;
}

function vonage(rehearsal?: Rehearsal, settings?: StartSettings): ReturnType<typeof createVonage> {
  const jwt = applicationJwt();
  const baseUrl = env(ENV.vonageBaseUrl);
  primed.push(jwt.get, async () => agent.openSocket(new URL(baseUrl)));
  return createVonage({
    baseUrl,
    jwt,
    http: rehearsal?.http ?? createHttp({ agent }),
    clock,
    telemetry: rehearsal?.telemetry ?? telemetry,
    ...(settings && { settings, checkUrlHosts: json(ENV.checkUrlHosts, []) }),
  });
}

const dynamoDb = /* @__PURE__ */ once(() => createDynamoDbClient(awsOptions(ENV.dynamodbEndpoint)));

/** For writes that must not be repeated. */
const dynamoDbOnce = /* @__PURE__ */ once(() =>
  createDynamoDbClient(awsOptions(ENV.dynamodbEndpoint), 1),
);

const secretStore = /* @__PURE__ */ once(() =>
  createSecretStore({
    client: createSecretsManagerClient(awsOptions(ENV.secretsManagerEndpoint)),
    clock,
    onStale: () => telemetry.measure({ name: 'SecretStale' }),
  }),
);

const applicationJwt = /* @__PURE__ */ once(() =>
  createApplicationJwt({
    secrets: secretStore(),
    secretId: env(ENV.privateKeySecret),
    clock,
    random,
  }),
);

async function openPushSocket(): Promise<void> {
  await agent.openSocket(new URL(env(ENV.websocketManagementUrl)));
}

function dynamoDbUrl(): URL {
  const { endpoint, region } = awsOptions(ENV.dynamodbEndpoint);
  return new URL(endpoint ?? `https://dynamodb.${region}.amazonaws.com`);
}

function once<T>(create: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: create() };
    return made.value;
  };
}

function awsOptions(endpointVariable: string): AwsClientOptions & Omit<AwsRequestOptions, 'clock'> {
  const endpoint = process.env[endpointVariable];
  return {
    region: env('AWS_REGION'),
    credentials,
    agent,
    transport: createAwsTransport(agent),
    ...(endpoint && { endpoint }),
  };
}

async function credentials(): Promise<{
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken: string;
}> {
  return {
    accessKeyId: env('AWS_ACCESS_KEY_ID'),
    secretAccessKey: env('AWS_SECRET_ACCESS_KEY'),
    sessionToken: env('AWS_SESSION_TOKEN'),
  };
}

/** An absent variable is empty: what needs it then fails with an error of its own. */
function env(name: string): string {
  return process.env[name] ?? '';
}

function json<T>(name: string, absent: T): T {
  const text = env(name);
  return text === '' ? absent : JSON.parse(text);
}

/** Without settings nothing is proven to anybody. */
const NO_PROOFS: ProofSettings = { audience: '', lifetimeSeconds: 0 };

const NO_LIMIT = { count: 0, windowSeconds: 60 };
/** A function without settings starts nothing. */
const NO_SETTINGS: StartSettings = {
  brand: '',
  workflow: [],
  channelTimeoutSeconds: 120,
  codeLength: 6,
  coverageCheck: false,
  afterUserRejected: 'continue',
  countries: [],
  playground: false,
  limits: {
    address: NO_LIMIT,
    subject: NO_LIMIT,
    phoneNumber: NO_LIMIT,
    email: NO_LIMIT,
    prefix: NO_LIMIT,
  },
};
