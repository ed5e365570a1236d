/**
 * Refuses at synth what Vonage or AWS would refuse at run time, or what would cost money or trust
 * without anybody having decided so. All faults are told at once.
 */

import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { FUNCTION_NAMES, HTTP_ROUTES, type Limit } from '../../shared/config.ts';
import { isCountry } from './countries.ts';
import type { CustomDomain, Stage, Throttle } from './stage.ts';
import { toStartSettings } from './start-settings.ts';
import { workflowFaults } from './validate-workflow.ts';

/** Hosts of Vonage's API (reference §1.1). */
const VONAGE_BASE_URLS = [
  'https://api.nexmo.com',
  'https://api-us.vonage.com',
  'https://api-eu.vonage.com',
  'https://api-ap.vonage.com',
];

/** Channels that cost the company money for every message. */
const PAID_CHANNELS = ['sms', 'voice', 'whatsapp', 'rcs'];

/** Lambda takes 4 KB of environment in all; the rest is for the other variables. */
const MAX_START_SETTINGS_BYTES = 3000;

/** Returns the stage, or throws with one line for each fault. */
export function validateStage(stage: Stage): Stage {
  const faults = [
    ...vonageFaults(stage),
    ...workflowFaults(stage.workflow, stage.fallback),
    ...abuseFaults(stage),
    ...trustFaults(stage),
    ...awsFaults(stage),
  ];
  if (faults.length > 0) {
    const list = faults.map((fault) => `\n  - ${fault}`).join('');
    throw new Error(`stage ${stage.name} cannot be deployed:${list}`);
  }
  return stage;
}

/** A list of faults reads as a list of rules: each is told when its condition does not hold. */
type Rule = readonly [holds: boolean, fault: string];

function broken(rules: readonly Rule[]): string[] {
  return rules.filter(([holds]) => !holds).map(([, fault]) => fault);
}

/** The limits of Vonage's start request (reference §1.3). */
function vonageFaults(stage: Stage): string[] {
  const { brand, locale, channelTimeoutSeconds, codeLength } = stage;
  return broken([
    [/^[^\\/{}:$\p{Cc}]{1,18}$/u.test(brand), 'brand must be 1–18 characters without \\ / { } : $'],
    [brand === brand.trim(), 'brand must not begin or end with a space'],
    [
      locale === undefined || /^[a-z]{2,3}(-[a-z]{2})?$/.test(locale),
      'locale must be a lower-case language and country such as en-gb',
    ],
    [
      isIntegerBetween(channelTimeoutSeconds, 15, 900),
      'channelTimeoutSeconds must be a whole number from 15 to 900',
    ],
    // Vonage takes 4, but three tries at 10 000 codes is too good a chance.
    [isIntegerBetween(codeLength, 6, 10), 'codeLength must be a whole number from 6 to 10'],
    [
      VONAGE_BASE_URLS.includes(stage.vonageBaseUrl),
      `vonageBaseUrl must be one of ${VONAGE_BASE_URLS.join(', ')}`,
    ],
    [
      stage.checkUrlHosts.length > 0 &&
        stage.checkUrlHosts.every((host) => /^(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?){2,}$/.test(host)),
      'checkUrlHosts must be host suffixes such as .vonage.com',
    ],
    [isBoolean(stage.coverageCheck), 'coverageCheck must be true or false'],
    [
      stage.afterUserRejected === 'continue' || stage.afterUserRejected === 'stop',
      'afterUserRejected must be continue or stop',
    ],
    [
      stage.redirectUrl === undefined || isPlainHttps(stage.redirectUrl),
      'redirectUrl must be an https URL without credentials or fragment',
    ],
    [
      stage.redirectUrl === undefined ||
        stage.workflow.some(({ channel }) => channel === 'silent_auth'),
      'redirectUrl is of use to silent_auth only, which the workflow lacks',
    ],
  ]);
}

/** What keeps strangers from spending the company's money. */
function abuseFaults(stage: Stage): string[] {
  const paid = stage.workflow.map(({ channel }) => channel).filter(isPaid);
  return broken([
    [
      paid.length === 0 || stage.authorizer !== undefined || stage.allowUnattendedMessages,
      `anybody could make Vonage send paid messages (${paid.join(', ')}): set authorizer, ` +
        'or allowUnattendedMessages: true if the limits are protection enough',
    ],
    [isBoolean(stage.allowUnattendedMessages), 'allowUnattendedMessages must be true or false'],
    [isBoolean(stage.playground), 'playground must be true or false'],
    [
      stage.name !== 'prod' || !stage.playground,
      'playground must be false in prod: anybody would pass with a +990 number',
    ],
    [stage.countries.length > 0, 'countries must name at least one'],
    ...stage.countries.map(
      (code): Rule => [isCountry(code), `countries: ${code} is not an ISO 3166-1 alpha-2 code`],
    ),
    [isDistinct(stage.countries), 'countries must not repeat one'],
    ...Object.entries(stage.limits).flatMap(([name, limit]) => limitRules(name, limit)),
    [isThrottle(stage.throttle), 'throttle must be a rate up to 10000 and a burst up to 5000'],
    [
      isThrottle(stage.websocketThrottle),
      'websocketThrottle must be a rate up to 10000 and a burst up to 5000',
    ],
    ...Object.entries(stage.routeThrottles).flatMap(([routeKey, throttle]): Rule[] => [
      [Object.hasOwn(HTTP_ROUTES, routeKey), `routeThrottles: there is no route ${routeKey}`],
      [
        isThrottle(throttle),
        `routeThrottles: ${routeKey} must have a rate up to 10000 and a burst up to 5000`,
      ],
    ]),
  ]);
}

/** Whom we believe, and who believes us. */
function trustFaults(stage: Stage): string[] {
  const { origins, proof, authorizer } = stage;
  return broken([
    ...origins.map(
      (origin): Rule => [
        isOrigin(origin, stage.playground),
        `origins: ${origin} is not an exact https origin such as https://app.example.com`,
      ],
    ),
    [isDistinct(origins), 'origins must not repeat one'],
    [/^[\x21-\x7e]{1,200}$/.test(proof.audience), 'proof.audience must be 1–200 characters'],
    [
      isIntegerBetween(proof.lifetimeSeconds, 30, 300),
      'proof.lifetimeSeconds must be a whole number from 30 to 300',
    ],
    [
      authorizer === undefined || isPlainHttps(authorizer.issuer),
      'authorizer.issuer must be an https URL without credentials or fragment',
    ],
    [
      authorizer === undefined ||
        (authorizer.audience.length > 0 && authorizer.audience.every((value) => value !== '')),
      'authorizer.audience must name at least one audience',
    ],
  ]);
}

/** What CloudFormation would refuse in the middle of a deployment. */
function awsFaults(stage: Stage): string[] {
  const retention = Object.values(RetentionDays);
  const startSettings = Buffer.byteLength(JSON.stringify(toStartSettings(stage)));
  const { httpDomain, websocketDomain } = stage;
  return broken([
    [/^[a-z][a-z0-9]{0,15}$/.test(stage.name), 'name must be 1–16 lower-case letters and digits'],
    [
      retention.includes(stage.logRetentionDays) && stage.logRetentionDays <= 3653,
      'logRetentionDays must be a number of days that CloudWatch Logs knows, such as 14 or 90',
    ],
    [['DEBUG', 'INFO', 'WARN'].includes(stage.logLevel), 'logLevel must be DEBUG, INFO or WARN'],
    [isBoolean(stage.apiGatewayLogsRole), 'apiGatewayLogsRole must be true or false'],
    [isBoolean(stage.gradualDeployment), 'gradualDeployment must be true or false'],
    [isBoolean(stage.events), 'events must be true or false'],
    [
      stage.alarmEmail === undefined || /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(stage.alarmEmail),
      'alarmEmail must be an e-mail address',
    ],
    [
      /^[^\s]{1,200}[^\s/]$/.test(stage.runbooks),
      'runbooks must be a folder or URL without a slash at the end',
    ],
    ...Object.entries(stage.reservedConcurrency).flatMap(([name, count]): Rule[] => [
      [
        FUNCTION_NAMES.some((known) => known === name),
        `reservedConcurrency: there is no function ${name}`,
      ],
      [
        isIntegerBetween(count, 1, 1000),
        `reservedConcurrency: ${name} must be a whole number from 1 to 1000`,
      ],
    ]),
    ...domainRules('httpDomain', httpDomain),
    ...domainRules('websocketDomain', websocketDomain),
    [
      httpDomain === undefined || httpDomain.domainName !== websocketDomain?.domainName,
      'httpDomain and websocketDomain must differ: API Gateway cannot mix both kinds of API',
    ],
    [
      startSettings <= MAX_START_SETTINGS_BYTES,
      `the settings of start take ${startSettings} bytes, at most ${MAX_START_SETTINGS_BYTES} fit`,
    ],
  ]);
}

function limitRules(name: string, { count, windowSeconds }: Limit): Rule[] {
  return [
    [isIntegerBetween(count, 1, 1_000_000), `limits.${name}.count must be a whole number above 0`],
    [
      isIntegerBetween(windowSeconds, 1, 86_400),
      `limits.${name}.windowSeconds must be a whole number from 1 to 86400`,
    ],
  ];
}

function domainRules(name: string, domain: CustomDomain | undefined): Rule[] {
  if (domain === undefined) return [];
  return [
    [
      /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,}$/.test(domain.domainName),
      `${name}.domainName must be a lower-case host name`,
    ],
    [
      /^arn:aws[a-z-]*:acm:[a-z0-9-]+:\d{12}:certificate\/[\w-]+$/.test(domain.certificateArn),
      `${name}.certificateArn must be the ARN of an ACM certificate`,
    ],
  ];
}

function isThrottle({ rate, burst }: Throttle): boolean {
  return isIntegerBetween(rate, 1, 10_000) && isIntegerBetween(burst, 1, 5_000);
}

function isIntegerBetween(value: number | undefined, least: number, most: number): boolean {
  return Number.isInteger(value) && value !== undefined && value >= least && value <= most;
}

/** Settings also come from the command line, where no compiler looks. */
function isBoolean(value: unknown): boolean {
  return typeof value === 'boolean';
}

function isDistinct(values: readonly string[]): boolean {
  return new Set(values).size === values.length;
}

function isPaid(channel: string): boolean {
  return PAID_CHANNELS.includes(channel);
}

function isPlainHttps(text: string): boolean {
  if (!URL.canParse(text) || text.includes('#')) return false;
  const url = new URL(text);
  return url.protocol === 'https:' && url.username === '' && url.password === '';
}

/** Exactly what browsers send as `Origin`. Pages on the developer's machine only for testing. */
function isOrigin(text: string, playground: boolean): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  if (url.origin !== text || text.includes('*')) return false;
  const isLoopback = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
  return url.protocol === 'https:' || (playground && isLoopback && url.protocol === 'http:');
}
