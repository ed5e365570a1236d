/**
 * The settings that may differ between deployments. The schema defines the type of a stage, checks
 * its shape and produces the messages about it. `stage-rules/` checks the values.
 */

import { z } from 'zod';
import { CHANNELS, FUNCTION_NAMES, type StartSettings } from '../../shared/config.ts';

const text = z.string();
const number = z.number();
const flag = z.boolean();
const oneOf = <const Values extends readonly string[]>(values: Values) =>
  z.enum(values, { error: `must be ${values.join(' or ')}` });

/** Requests a second that API Gateway lets through, with room for a burst. */
const throttle = z.strictObject({ rate: number, burst: number }).readonly();
export type Throttle = z.infer<typeof throttle>;

/** Your own domain name for an API. You manage its DNS record. */
const customDomain = z
  .strictObject({
    domainName: text,
    /** ACM certificate in the region of the stack. */
    certificateArn: text,
  })
  .readonly();
export type CustomDomain = z.infer<typeof customDomain>;

/** CloudFront in front of the HTTP API. */
const edge = z
  .strictObject({
    /** ARN of the WAF that `-c firewall=true` has deployed to us-east-1. */
    webAclArn: text,
    /** Its certificate must be in us-east-1. @default the address that CloudFront creates */
    domain: customDomain.exactOptional(),
    /**
     * `POST /start` is available only through CloudFront, so that nobody bypasses the WAF.
     * @default false: the API's own address, which older apps use, accepts starts too
     */
    onlyWay: flag.exactOptional(),
    /**
     * Version of the origin secret that CloudFront sends; set when the secret is rotated.
     * @default the version that is current when CloudFront is deployed
     */
    secretVersion: text.exactOptional(),
  })
  .readonly();
export type EdgeSettings = z.infer<typeof edge>;

/** Tokens that `POST /start` requires: from your identity provider, or from app attestation. */
const jwtAuthorizer = z
  .strictObject({
    /** `iss`, https; API Gateway reads its OIDC discovery document. */
    issuer: text,
    /** Accepted `aud` values. */
    audience: z.array(text).readonly(),
  })
  .readonly();
export type JwtAuthorizer = z.infer<typeof jwtAuthorizer>;

const channel = z
  .strictObject({
    channel: z.enum(CHANNELS, {
      error: ({ input }) => `must be a channel of Vonage, which ${String(input)} is not`,
    }),
    from: text.exactOptional(),
    appHash: text.exactOptional(),
    entityId: text.exactOptional(),
    contentId: text.exactOptional(),
    templateId: text.exactOptional(),
    reuseCode: flag.exactOptional(),
    mode: oneOf(['otp_code', 'zero_tap']).exactOptional(),
  })
  .readonly();

const limit = z.strictObject({ count: number, windowSeconds: number }).readonly();
const sharedLimit = z
  .strictObject({
    count: number,
    windowSeconds: number,
    /** The part of `count` that one caller may use. @default half of it, rounded up */
    perCaller: number.exactOptional(),
  })
  .readonly();

/** The settings that `start` reads from its environment. */
const startSettings = {
  brand: text,
  /** Vonage's `locale`. @default Vonage's own */
  locale: text.exactOptional(),
  workflow: z.array(channel).readonly(),
  /** 15–900 s. */
  channelTimeoutSeconds: number,
  /** 6–10 digits. */
  codeLength: number,
  coverageCheck: flag,
  afterUserRejected: oneOf(['continue', 'stop']),
  /** Sent to Vonage for starts with `result: redirect`. @default such starts are refused */
  redirectUrl: text.exactOptional(),
  /**
   * ISO 3166-1 alpha-2 of the countries whose mobile numbers are accepted. Each code is one
   * country: `GB` does not include `JE`, `GG`, `IM`, and `US` does not include `PR`, `VI`, `GU`,
   * `AS`, `MP`.
   */
  countries: z.array(text).readonly(),
  /**
   * Prefixes of mobile numbers that the metadata does not know yet, E.164 with `+`, by country:
   * `{ DE: ['+4915'] }`. @default none
   */
  additionalMobilePrefixes: z.record(text, z.array(text).readonly()).readonly().exactOptional(),
  /**
   * Accepts numbers that regulators reserve for documentation. For the local stack only, where
   * `npm start` sets it.
   * @default false
   */
  documentationNumbers: flag.exactOptional(),
  /** Accepts Vonage's test numbers `+990…`. */
  playground: flag,
  limits: z
    .strictObject({
      address: limit,
      subject: limit,
      phoneNumber: sharedLimit,
      email: sharedLimit,
      prefix: sharedLimit,
    })
    .readonly(),
};

const stageSchema = z
  .strictObject({
    /** Part of names; lower case. */
    name: text,
    ...startSettings,
    /** How the workflow continues after a failed channel. `on_request` is reserved. */
    fallback: z.literal('automatic', { error: 'must be automatic: on_request is reserved' }),
    /** One of Vonage's hosts (protocol §1.1). The closest one answers fastest. */
    vonageBaseUrl: text,
    /** Suffixes of the hosts that a check_url may have. */
    checkUrlHosts: z.array(text).readonly(),
    /**
     * Web pages and WebViews (`capacitor://localhost`, `ionic://localhost`, `https://localhost`)
     * that may call the API and open a WebSocket; native apps need none.
     */
    origins: z.array(text).readonly(),
    proof: z.strictObject({ audience: text, lifetimeSeconds: number }).readonly(),
    /** @default anybody may call `POST /start` */
    authorizer: jwtAuthorizer.exactOptional(),
    /** Accepts that anonymous callers can make Vonage send paid messages, within the limits. */
    allowUnattendedMessages: flag,
    /** @default the address that API Gateway creates */
    httpDomain: customDomain.exactOptional(),
    /** @default the address that API Gateway creates, which stays open for pushes in any case */
    websocketDomain: customDomain.exactOptional(),
    /** @default none: apps call the HTTP API directly */
    edge: edge.exactOptional(),
    /**
     * Reserved concurrency by function. A function that is not named reserves nothing, because the
     * quota of a new account leaves no room for it.
     */
    reservedConcurrency: z.partialRecord(z.enum(FUNCTION_NAMES), number).readonly(),
    /** Memory in MB by function. @default 512 (docs/performance.md) */
    memory: z.partialRecord(z.enum(FUNCTION_NAMES), number).readonly().exactOptional(),
    /**
     * `start` warms the functions that a verification needs next, while it waits for Vonage. Switch
     * it off if the account's quota is small. @default true
     */
    warmTogether: flag.exactOptional(),
    /**
     * Most concurrent executions of the function `clock`, at least 2, for accounts with a small
     * quota. With it Lambda does not reduce polling while the queue is idle. @default as many as
     * the queue needs
     */
    clockConcurrency: number.exactOptional(),
    /** Lambda's quota of concurrent executions in the account and region. @default 1000, AWS's own */
    concurrencyQuota: number.exactOptional(),
    /** Throttle of every route that `routeThrottles` does not name. */
    throttle,
    /** Throttles by route key of the HTTP API. */
    routeThrottles: z.record(text, throttle).readonly(),
    websocketThrottle: throttle,
    /** E-mail address that is subscribed to the topics of the alarms. @default none */
    alarmEmail: text.exactOptional(),
    /** Accepts that nobody is subscribed to the alarms. @default false */
    unattendedAlarms: flag.exactOptional(),
    /** Euros per day, as Vonage reports prices; above it an alarm rings. */
    priceCeilingPerDay: number,
    /** Folder or URL of the runbooks `<alarm>.md`; the text of every alarm ends with it. */
    runbooks: text,
    /**
     * At most INFO: above it Lambda would drop the metrics too, because their lines have no level.
     */
    logLevel: z.enum(['DEBUG', 'INFO'], {
      error: 'must be DEBUG or INFO: Lambda drops the metrics at any level above',
    }),
    logRetentionDays: number,
    /**
     * Creates the role with which API Gateway writes WebSocket access logs, a setting of the whole
     * account and region. Switch it off if another stack owns that setting.
     */
    apiGatewayLogsRole: flag,
    /** New code first receives a tenth of the traffic, and is rolled back when an alarm rings. */
    gradualDeployment: flag,
    /** Publishes every end of a verification on an EventBridge bus. */
    events: flag,
  })
  .readonly();

export type Stage = z.infer<typeof stageSchema>;

/** One line for each member that is missing, unknown or of the wrong type. */
export function shapeFaults(value: unknown): readonly string[] {
  const { error } = stageSchema.safeParse(value);
  return error?.issues.flatMap(toFaults) ?? [];
}

/** The part of a stage that `start` reads from its environment. */
export function toStartSettings(stage: StartSettings): StartSettings {
  return z.object(startSettings).parse(stage);
}

const KINDS: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};

function toFaults(issue: z.core.$ZodIssue): readonly string[] {
  const path = pathOf(issue.path);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => `there is no setting ${pathOf([...issue.path, key])}`);
  }
  if (issue.code === 'invalid_type') return [`${path} must be ${KINDS[issue.expected]}`];
  return [`${path} ${issue.message}`];
}

/** `workflow[0].from`. */
function pathOf(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (before, part) =>
      typeof part === 'number'
        ? `${before}[${part}]`
        : before === ''
          ? String(part)
          : `${before}.${String(part)}`,
    '',
  );
}
