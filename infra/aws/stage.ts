/**
 * The stages that can be deployed, each with everything that may differ between them. This is the
 * one file to edit before a first deployment; `validate-stage.ts` refuses at synth what Vonage or
 * AWS would refuse at run time.
 */

import type { FunctionName, ProofSettings, StartSettings } from '../../shared/config.ts';
import { validateStage } from './validate-stage.ts';

/** Requests a second that API Gateway lets through, with room for a burst. */
export interface Throttle {
  readonly rate: number;
  readonly burst: number;
}

/** A name of the company's own in front of an API. The DNS record itself stays the company's. */
export interface CustomDomain {
  readonly domainName: string;
  /** ACM certificate in the region of the stack. */
  readonly certificateArn: string;
}

/** CloudFront in front of the HTTP API. */
export interface EdgeSettings {
  /** Of the WAF that `-c firewall=true` has deployed to us-east-1. */
  readonly webAclArn: string;
  /** Its certificate in us-east-1. @default the address that CloudFront makes */
  readonly domain?: CustomDomain;
  /**
   * `POST /start` is found through CloudFront alone, so that nobody gets past the WAF.
   * @default false: the API's own address takes starts too, as apps of before know it
   */
  readonly onlyWay?: boolean;
  /**
   * Version of the origin secret that CloudFront sends: named when the secret is rotated.
   * @default the version that is current when CloudFront is deployed
   */
  readonly secretVersion?: string;
}

/** Tokens that `POST /start` asks for: of the company's identity provider, or of app attestation. */
export interface JwtAuthorizer {
  /** `iss`, https; its OIDC discovery document is read by API Gateway. */
  readonly issuer: string;
  /** Accepted `aud` values. */
  readonly audience: readonly string[];
}

/** Everything that may differ between stages; what `start` needs of it is {@link StartSettings}. */
export interface Stage extends StartSettings {
  /** Part of names; lower case. */
  readonly name: string;
  /** How Vonage goes on after a failed channel. `on_request` is reserved. */
  readonly fallback: 'automatic';
  /** One of Vonage's hosts (reference §1.1). The closest one answers silent authentications faster. */
  readonly vonageBaseUrl: string;
  /** Suffixes of the hosts that a check_url may name. */
  readonly checkUrlHosts: readonly string[];
  /** Web pages that may call the API and open a WebSocket; apps need none. */
  readonly origins: readonly string[];
  readonly proof: ProofSettings;
  /** @default anybody may call `POST /start` */
  readonly authorizer?: JwtAuthorizer;
  /** Accepts that anonymous callers make Vonage send paid messages, within the limits. */
  readonly allowUnattendedMessages: boolean;
  /** @default the addresses that API Gateway makes */
  readonly httpDomain?: CustomDomain;
  /** @default the address that API Gateway makes, which stays open for pushes in any case */
  readonly websocketDomain?: CustomDomain;
  /** @default none: apps call the HTTP API itself */
  readonly edge?: EdgeSettings;
  /** @default none: a new account's quota has nothing to reserve */
  readonly reservedConcurrency: Partial<Record<FunctionName, number>>;
  /** Of every route that `routeThrottles` does not name. */
  readonly throttle: Throttle;
  /** By route key of the HTTP API. */
  readonly routeThrottles: Readonly<Record<string, Throttle>>;
  readonly websocketThrottle: Throttle;
  /** Subscribed to the alarms' topic. @default nobody */
  readonly alarmEmail?: string;
  /** Where `<alarm>.md` is found: every alarm's text ends with it. */
  readonly runbooks: string;
  /** Not above INFO: Lambda would drop the metrics with the lines, because they have no level. */
  readonly logLevel: 'DEBUG' | 'INFO';
  readonly logRetentionDays: number;
  /**
   * Creates the role by which API Gateway writes WebSocket access logs, a setting of the whole
   * account and region. Switch it off where another stack owns that setting.
   */
  readonly apiGatewayLogsRole: boolean;
  /** New code takes a tenth of the traffic first, and goes back when an alarm rings. */
  readonly gradualDeployment: boolean;
  /** An EventBridge bus hears of every end of a verification. */
  readonly events: boolean;
}

/** Countries with at least one carrier that knows silent authentication (reference §7.6). */
const SILENT_AUTH_COUNTRIES = [
  ...['AL', 'CA', 'DE', 'ES', 'FR', 'GB', 'GH', 'GR', 'HU', 'ID', 'IE', 'IT', 'MX', 'NL'],
  ...['PT', 'RO', 'SG', 'US', 'ZA'],
];

const SHARED = {
  brand: 'Silent Auth',
  fallback: 'automatic',
  channelTimeoutSeconds: 120,
  codeLength: 6,
  coverageCheck: false,
  afterUserRejected: 'continue',
  vonageBaseUrl: 'https://api-eu.vonage.com',
  checkUrlHosts: ['.vonage.com', '.nexmo.com'],
  reservedConcurrency: {},
  apiGatewayLogsRole: true,
  runbooks: 'docs/runbooks',
} as const satisfies Partial<Stage>;

/** For trying and testing: generous limits, Vonage's test numbers, every channel. */
const DEV: Stage = {
  ...SHARED,
  name: 'dev',
  // A start takes three: the first ones whose address is known, or those that it names.
  workflow: [
    { channel: 'silent_auth' },
    { channel: 'email' },
    { channel: 'sms' },
    { channel: 'voice' },
    // Senders that stand for your own: Vonage refuses these, the simulator does not.
    { channel: 'whatsapp', from: '447700900000' },
    { channel: 'rcs', from: 'silent-auth' },
  ],
  countries: SILENT_AUTH_COUNTRIES,
  playground: true,
  limits: {
    address: { count: 1000, windowSeconds: 600 },
    subject: { count: 100, windowSeconds: 600 },
    phoneNumber: { count: 20, windowSeconds: 600 },
    email: { count: 20, windowSeconds: 600 },
    prefix: { count: 500, windowSeconds: 600 },
  },
  // A page on your machine; `npm start` serves the example of one there.
  redirectUrl: 'https://localhost/redirect',
  origins: ['http://localhost:3000', 'http://127.0.0.1:3000'],
  proof: { audience: 'silent-auth-consumer', lifetimeSeconds: 300 },
  allowUnattendedMessages: true,
  throttle: { rate: 500, burst: 1000 },
  routeThrottles: {
    'POST /start': { rate: 200, burst: 400 },
    'POST /webhook': { rate: 500, burst: 1000 },
  },
  websocketThrottle: { rate: 500, burst: 1000 },
  logLevel: 'INFO',
  logRetentionDays: 14,
  gradualDeployment: false,
  events: true,
};

/** For real users. E-mail is the only fallback until an authorizer attends the paid channels. */
const PROD: Stage = {
  ...SHARED,
  name: 'prod',
  workflow: [{ channel: 'silent_auth' }, { channel: 'email' }],
  countries: ['DE', 'ES', 'FR', 'GB', 'IT', 'NL', 'PT'],
  playground: false,
  limits: {
    address: { count: 300, windowSeconds: 600 },
    subject: { count: 5, windowSeconds: 600 },
    phoneNumber: { count: 5, windowSeconds: 3600 },
    email: { count: 5, windowSeconds: 3600 },
    prefix: { count: 40, windowSeconds: 600 },
  },
  origins: [],
  proof: { audience: 'silent-auth-consumer', lifetimeSeconds: 120 },
  allowUnattendedMessages: false,
  throttle: { rate: 200, burst: 400 },
  // Vonage is assumed to take 30 requests a second for each account (reference §9).
  routeThrottles: {
    'POST /start': { rate: 30, burst: 60 },
    'POST /webhook': { rate: 500, burst: 1000 },
  },
  websocketThrottle: { rate: 500, burst: 1000 },
  logLevel: 'INFO',
  logRetentionDays: 90,
  gradualDeployment: true,
  events: true,
};

const STAGES: readonly Stage[] = [DEV, PROD];

/**
 * The stage of that name, with `overrides` (CDK context `stageSettings`) laid over its members.
 * Throws with every fault it finds.
 */
export function getStage(name: string, overrides: Partial<Stage> = {}): Stage {
  const stage = STAGES.find((candidate) => candidate.name === name);
  if (stage === undefined) {
    const known = STAGES.map((candidate) => candidate.name).join(', ');
    throw new Error(`stage ${name} is not one of ${known}`);
  }
  return validateStage({ ...stage, ...overrides, name });
}
