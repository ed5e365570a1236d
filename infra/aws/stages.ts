/**
 * The stages that can be deployed. This is the one file to edit before a first deployment;
 * `validate-stage.ts` refuses at synth what Vonage or AWS would refuse at run time.
 */

import type { Stage } from './stage.ts';
import { validateStage } from './validate-stage.ts';

/** Countries with at least one carrier that supports silent authentication (protocol §7.6). */
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
  // A start uses three of them: those that it names, or the first three whose address is known.
  workflow: [
    { channel: 'silent_auth' },
    { channel: 'email' },
    { channel: 'sms' },
    { channel: 'voice' },
    // Placeholders for your own senders: Vonage refuses these, the simulator accepts them.
    { channel: 'whatsapp', from: '447700900000' },
    { channel: 'rcs', from: 'silent-auth' },
  ],
  countries: SILENT_AUTH_COUNTRIES,
  playground: true,
  priceCeilingPerDay: 10,
  limits: {
    address: { count: 1000, windowSeconds: 600 },
    subject: { count: 100, windowSeconds: 600 },
    phoneNumber: { count: 20, perCaller: 10, windowSeconds: 600 },
    email: { count: 20, perCaller: 10, windowSeconds: 600 },
    prefix: { count: 500, perCaller: 250, windowSeconds: 600 },
  },
  // A page on your machine; `npm start` serves an example there.
  redirectUrl: 'https://localhost/redirect',
  origins: ['http://localhost:3000', 'http://127.0.0.1:3000'],
  proof: { audience: 'silent-auth-consumer', lifetimeSeconds: 300 },
  allowUnattendedMessages: true,
  throttle: { rate: 500, burst: 1000 },
  routeThrottles: {
    'POST /start': { rate: 300, burst: 600 },
    'POST /webhook': { rate: 500, burst: 1000 },
  },
  websocketThrottle: { rate: 500, burst: 1000 },
  logLevel: 'INFO',
  logRetentionDays: 14,
  gradualDeployment: false,
  events: true,
};

/** For real users. E-mail is the only fallback until an authorizer protects the paid channels. */
const PROD: Stage = {
  ...SHARED,
  name: 'prod',
  workflow: [{ channel: 'silent_auth' }, { channel: 'email' }],
  // Each code is one country: `GB` does not include `JE`, `GG`, `IM`.
  countries: ['DE', 'ES', 'FR', 'GB', 'IT', 'NL', 'PT'],
  playground: false,
  // Replace this by `alarmEmail` before people use the stage.
  unattendedAlarms: true,
  // About 2 000 verifications at 5 cents; raise it with your traffic.
  priceCeilingPerDay: 100,
  limits: {
    // Carriers put thousands of subscribers behind one address.
    address: { count: 300, windowSeconds: 600 },
    // One person: a few tries, and another one after a change of phone.
    subject: { count: 5, windowSeconds: 600 },
    // Room for a person who tries five times. A stranger who uses up one share leaves the other to
    // the owner of the number.
    phoneNumber: { count: 10, perCaller: 5, windowSeconds: 3600 },
    email: { count: 10, perCaller: 5, windowSeconds: 3600 },
    // A block of 10 000 numbers. One caller may be an office, or a carrier's address with fifty
    // subscribers in one block who try twice. At least four such callers are needed to use up the
    // limit of a block (decision 0047).
    prefix: { count: 240, perCaller: 60, windowSeconds: 600 },
  },
  origins: [],
  proof: { audience: 'silent-auth-consumer', lifetimeSeconds: 120 },
  allowUnattendedMessages: false,
  throttle: { rate: 200, burst: 400 },
  // Ten times the rate that Vonage is assumed to accept (protocol §9). A flood below it does not
  // block other callers, because refused starts do not reach Vonage. Above it only a WAF helps.
  routeThrottles: {
    'POST /start': { rate: 300, burst: 600 },
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
