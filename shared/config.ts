/**
 * The names that the functions and the infrastructure must agree on: routes, environment variables,
 * table attributes, limits of size and time. It imports nothing but names of the domain, so
 * functions and infrastructure can both import it.
 */

import type { Channel } from './domain/workflow.ts';

export { CHANNELS, SILENT_AUTH_SECONDS } from './domain/workflow.ts';

export type ChannelName = Channel;

/** Every function, by the name of its folder in `functions/`. */
export const FUNCTION_NAMES = [
  'start',
  'check-code',
  'webhook',
  'next-workflow',
  'cancel',
  'status',
  'proof',
  'connect',
  'message',
  'contracts',
  'clock',
] as const;
export type FunctionName = (typeof FUNCTION_NAMES)[number];

/** The functions that a verification needs next; `start` warms them while it waits for Vonage. */
export const WARMED = [
  'webhook',
  'connect',
  'message',
  'check-code',
  'proof',
] as const satisfies readonly FunctionName[];

/** HTTP route keys of API Gateway, each with the function that answers it. */
export const HTTP_ROUTES = {
  'POST /start': 'start',
  'POST /check-code': 'check-code',
  'POST /next-workflow': 'next-workflow',
  'POST /cancel': 'cancel',
  'GET /status': 'status',
  'POST /proof': 'proof',
  'GET /.well-known/jwks.json': 'proof',
  'POST /webhook': 'webhook',
  'GET /openapi.json': 'contracts',
  'GET /asyncapi.json': 'contracts',
} as const satisfies Record<string, FunctionName>;

/** WebSocket route keys of API Gateway. */
export const WEBSOCKET_ROUTES = {
  $connect: 'connect',
  $default: 'message',
} as const satisfies Record<string, FunctionName>;

/** Offered by the client, selected by `$connect`. */
export const WEBSOCKET_SUBPROTOCOL = 'silent-auth.v1';

/** The event that `start` sends to warm a function. */
export const WARM_UP_EVENT = { source: 'silent-auth.warm-up' } as const;

/** Environment variables of the functions; `shared/dependencies/environment.ts` reads them. */
export const ENV = {
  /** Name of the table `Verifications`. */
  verificationsTable: 'VERIFICATIONS_TABLE',
  /** Name of the table `Guards`. */
  guardsTable: 'GUARDS_TABLE',
  /** Secret `{application_id, private_key}`. */
  privateKeySecret: 'PRIVATE_KEY_SECRET',
  /** Secret `{api_key, application_id, signature_secret, previous_signature_secret?}`. */
  signatureSecret: 'SIGNATURE_SECRET',
  /** Secret `{guard_key, token_key, identity_key, previous_token_key?}`. */
  keysSecret: 'KEYS_SECRET',
  /** Secret `{private_key, previous_public_key?}`: the ES256 key of the proofs. */
  proofKeySecret: 'PROOF_KEY_SECRET',
  /** Secret `{origin_secret, previous_origin_secret?}`; absent: the stage has no CloudFront. */
  edgeSecret: 'EDGE_SECRET',
  /** `true`: `POST /start` exists only through CloudFront. */
  edgeOnly: 'EDGE_ONLY',
  /** Origin of Vonage's API, without a trailing slash. */
  vonageBaseUrl: 'VONAGE_BASE_URL',
  /**
   * JSON array: host suffixes (`.vonage.com`, https only) or whole origins
   * (`http://127.0.0.1:3002`).
   */
  checkUrlHosts: 'CHECK_URL_HOSTS',
  /** Address for the app's WebSocket, `wss://…/<stage>`. */
  websocketUrl: 'WEBSOCKET_URL',
  /** Endpoint of the API Gateway management API, `https://…/<stage>`. */
  websocketManagementUrl: 'WEBSOCKET_MANAGEMENT_URL',
  /**
   * JSON array of `Origin` values that may open a WebSocket, in addition to the API's own. `start`
   * has it only where the gateway cannot refuse pages of foreign origins.
   */
  allowedOrigins: 'ALLOWED_ORIGINS',
  /** JSON {@link StartSettings}. */
  startSettings: 'START_SETTINGS',
  /** JSON {@link ProofSettings}. */
  proofSettings: 'PROOF_SETTINGS',
  /** `https://…` of the HTTP API: `iss` of proofs, server of the published contract. */
  publicUrl: 'PUBLIC_URL',
  /** Set by the local stack only: the SDK's own variables for other endpoints. */
  dynamodbEndpoint: 'AWS_ENDPOINT_URL_DYNAMODB',
  secretsManagerEndpoint: 'AWS_ENDPOINT_URL_SECRETS_MANAGER',
  eventBridgeEndpoint: 'AWS_ENDPOINT_URL_EVENTBRIDGE',
  parametersEndpoint: 'AWS_ENDPOINT_URL_SSM',
  lambdaEndpoint: 'AWS_ENDPOINT_URL_LAMBDA',
  queueEndpoint: 'AWS_ENDPOINT_URL_SQS',
  /** Name of the EventBridge bus that receives every end; absent: no events. */
  eventBus: 'EVENT_BUS',
  /** JSON array: names of the functions that `start` warms; absent: none. */
  warmTogether: 'WARM_TOGETHER',
  /** URL of the clock queue; absent: no messages are sent. */
  clockQueue: 'CLOCK_QUEUE_URL',
  /** Name of the parameter that switches channels off; absent: no channel can be switched off. */
  channelSwitch: 'CHANNEL_SWITCH',
} as const;

/** Attributes of an item of `Verifications`. */
export const VERIFICATION_ATTRIBUTES = {
  requestId: 'request_id',
  events: 'events',
  seen: 'seen',
  connections: 'connections',
  clientTokenHash: 'client_token_hash',
  /** Numbers of events that the client and Vonage have added: each author has its own limit. */
  byClient: 'by_client',
  byProvider: 'by_provider',
  ttl: 'ttl',
} as const;

/** Attributes of `Guards` that the infrastructure must know. */
export const GUARD_ATTRIBUTES = { key: 'guard_key', ttl: 'ttl' } as const;

/**
 * Headers that CloudFront sets, in lower case as the functions see them: the secret that identifies
 * our distribution, and the address of its caller.
 */
export const EDGE_HEADERS = {
  secret: 'x-origin-secret',
  viewerAddress: 'cloudfront-viewer-address',
} as const;

/** A webhook with such a request_id is an operator's test: it is verified and has no effect. */
export const DOCTOR_REQUEST_ID_PREFIX = 'doctor-';

export const METRICS_NAMESPACE = 'SilentAuth';

/** Largest bodies that the functions read, in bytes. */
export const MAX_CLIENT_BODY_BYTES = 4 * 1024;
export const MAX_WEBHOOK_BODY_BYTES = 16 * 1024;
export const MAX_MESSAGE_BYTES = 2 * 1024;

/**
 * One entry of the stage's workflow: the fields that Vonage takes for its channel (protocol §1.3).
 */
export interface ChannelSettings {
  readonly channel: ChannelName;
  readonly from?: string;
  readonly appHash?: string;
  readonly entityId?: string;
  readonly contentId?: string;
  /** UUID of a custom template at Vonage; one request uses at most one. */
  readonly templateId?: string;
  readonly reuseCode?: boolean;
  readonly mode?: 'otp_code' | 'zero_tap';
}

/** At most `count` within a window of `windowSeconds`. */
export interface Limit {
  readonly count: number;
  readonly windowSeconds: number;
}

/** A limit on something that callers name but do not own: each caller may spend a share of it. */
export interface SharedLimit extends Limit {
  /** The part of `count` that one caller may use. @default half of it, rounded up */
  readonly perCaller?: number;
}

export interface StartLimits {
  /** Per source address (IPv6: its /64). */
  readonly address: Limit;
  /** Per `sub` of a caller who came through the JWT authorizer; replaces `address`. */
  readonly subject: Limit;
  readonly phoneNumber: SharedLimit;
  /** Per mailbox, in one spelling; counted when the workflow sends e-mail. */
  readonly email: SharedLimit;
  /** Per destination prefix: the number without its last four digits. */
  readonly prefix: SharedLimit;
}

/** The stage's settings for `start`. */
export interface StartSettings {
  readonly brand: string;
  /** Vonage's `locale`, lower case; absent: Vonage's default. */
  readonly locale?: string;
  readonly workflow: readonly ChannelSettings[];
  /** 15–900 s. */
  readonly channelTimeoutSeconds: number;
  /** 6–10 digits. */
  readonly codeLength: number;
  readonly coverageCheck: boolean;
  readonly afterUserRejected: 'continue' | 'stop';
  /** Sent to Vonage for starts with `result: redirect`. */
  readonly redirectUrl?: string;
  /** ISO 3166-1 alpha-2 of the countries whose mobile numbers are accepted. */
  readonly countries: readonly string[];
  /**
   * E.164 prefixes with `+`, by country: mobile numbers that the metadata does not know yet.
   * @default none
   */
  readonly additionalMobilePrefixes?: Readonly<Record<string, readonly string[]>>;
  /** Whether numbers that regulators reserve for documentation are accepted. @default false */
  readonly documentationNumbers?: boolean;
  /** Whether Vonage's test numbers `+990…` are accepted. */
  readonly playground: boolean;
  readonly limits: StartLimits;
}

/** The stage's settings for `proof`. */
export interface ProofSettings {
  /** `aud` of the proofs: your backend. */
  readonly audience: string;
  /** 30–300 s. */
  readonly lifetimeSeconds: number;
}

/** `x-correlator`: a value in this form is returned to the caller and logged. */
export const CORRELATOR_PATTERN = /^[A-Za-z0-9_-]{1,64}$/;

/** Headers that web pages of an allowed origin may send and read (CORS). */
export const CORS = {
  allowMethods: ['GET', 'POST'],
  allowHeaders: ['authorization', 'content-type', 'idempotency-key', 'x-correlator'],
  exposeHeaders: ['retry-after', 'x-correlator'],
  maxAgeSeconds: 3600,
} as const;
