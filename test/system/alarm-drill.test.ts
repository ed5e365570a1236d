/**
 * The alarm drill: each fault happens to a running stack, and exactly the expected alarms ring. The
 * template's own expressions evaluate what the functions measured.
 */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Alarm, isRinging } from '../../infra/local/dashboard/alarm.ts';
import type { Sample } from '../../infra/local/dashboard/emf.ts';
import { createMetricStore } from '../../infra/local/dashboard/metric-store.ts';
import { call, phoneNumber, startApp } from '../fixtures/app.ts';
import { setFaults } from '../fixtures/local-services.ts';
import { type Person, verifyMany } from '../fixtures/traffic.ts';
import { until } from '../fixtures/until.ts';
import { startWatchedStack, type WatchedStack } from '../fixtures/watched-stack.ts';

let stack: WatchedStack;

beforeAll(async () => {
  stack = await startWatchedStack();
});

afterAll(async () => {
  await stack?.close();
});

const shortName = ({ name }: Alarm): string => name.replace('silent-auth-dev-', '');

/**
 * Names of the alarms that ring when each of their periods brings these measurements as many times
 * as there are crowds.
 */
function ringing(measured: readonly Sample[], crowds = 1): string {
  const samples = Array.from({ length: crowds }, () => measured).flat();
  return stack.monitoring.alarms
    .filter((alarm) =>
      isRinging(alarm, createMetricStore(inEveryPeriod(samples, alarm)), endOf(alarm)),
    )
    .map(shortName)
    .sort()
    .join();
}

function inEveryPeriod(samples: readonly Sample[], { periodMs, periods }: Alarm): Sample[] {
  return Array.from({ length: periods }, (_, period) => period * periodMs).flatMap((atMs) =>
    samples.map((sample) => ({ ...sample, atMs })),
  );
}

function endOf({ periodMs, periods }: Alarm): number {
  return periodMs * periods;
}

/** What was measured since then, without what belongs to earlier verifications. */
function since(before: number): readonly Sample[] {
  const samples = stack.own();
  const known = new Set(samples.slice(0, before).map(({ requestId }) => requestId));
  known.delete(undefined);
  return samples.slice(before).filter(({ requestId }) => !known.has(requestId));
}

const CROWD = 4;
/** So many crowds are more than the 30 starts from which on alarms evaluate rates. */
const BUSY = 11;

const people =
  (count: number, person: Person = {}): (() => Promise<unknown>) =>
  () =>
    verifyMany(stack.endpoints, count, person);
const crowd = people(CROWD);
const leavesEarly = people(CROWD, { waitsFor: 'nothing' });
const inFrench = people(CROWD, { locale: 'fr-CH' });
const withoutFallback = people(CROWD, { channels: ['silent_auth'] });
const rejected = people(1, { ending: '1', channels: ['silent_auth'], waitsFor: 'nothing' });

async function makesMistakes(): Promise<void> {
  await verifyMany(stack.endpoints, 4);
  await verifyMany(stack.endpoints, 1, { ending: '1', types: 'a wrong code first' });
}

async function pumpsOneNumber(): Promise<void> {
  const body = { phone_number: phoneNumber('8') };
  await startApp(stack.endpoints.api, body);
  for (let times = 0; times < 20; times += 1) {
    await call(stack.endpoints.api, 'POST', '/start', { body });
  }
}

/** A crowd whose webhooks are refused because of their signature. */
async function isRefused(): Promise<void> {
  const before = stack.own().length;
  await leavesEarly();
  const isOfIt = ({ metric }: Sample): boolean => metric.dimensions.reason === 'signature';
  await until(() => since(before).filter(isOfIt).length >= CROWD || undefined);
}

const answer = (operation: string, kind: string, more: object = {}) => ({
  answer: { operation, kind, ...more },
});
const senderIsUnknown = answer('start', 'invalid_params', {
  set: { invalid_parameters: [{ name: 'workflow[0]', reason: '`from` is invalid' }] },
});
const silentAuthFails = { request: { outcomes: { silent_auth: 'failed' } } };
const alreadyCompleted = {
  webhook: { on: { status: 'user_rejected' }, set: { status: 'completed' } },
};

type Drill = [
  fault: string,
  alarms: string,
  /** How many times as many people are concerned. */
  crowds: number,
  rule?: object | undefined,
  /** @default a crowd verifies */
  happens?: () => Promise<unknown>,
];

const DRILLS: Drill[] = [
  ['nothing is wrong', '', BUSY],
  ['people have other SIMs, type wrong codes, hang up', '', BUSY, undefined, makesMistakes],
  ['the application has another key', 'vonage-unauthorized', 1, answer('*', 'unauthorized')],
  ['the balance is spent', 'vonage-balance', 1, answer('start', 'low_balance')],
  ['Vonage does not know the sender', 'vonage-configuration', 1, senderIsUnknown, people(1)],
  ['Vonage refuses locales', '', BUSY, { request: { locales: ['en-us'] } }, inFrench],
  ['Vonage throttles', 'vonage-throttled', 3, answer('start', 'throttled')],
  ['Vonage answers 500', 'vonage-outage', 2, answer('start', 'internal_error')],
  ['codes get 500', 'vonage-check-outage', 2, answer('check', 'internal_error'), leavesEarly],
  ['Vonage resets connections', 'vonage-outage', 2, answer('start', 'reset', { effect: 'none' })],
  ['webhooks do not arrive', 'no-webhooks', 2, { webhook: { drop: true } }, leavesEarly],
  ['webhooks come twice and late', '', BUSY, { webhook: { duplicate: 2, delay_ms: 50 } }],
  ['silent authentication fails, codes work', 'fallback-spike', BUSY, silentAuthFails],
  ['no network is supported', 'fallback-spike', BUSY, { request: { coverage: 'unsupported' } }],
  ['Vonage refuses the network of each start', '', BUSY, answer('start', 'network_unsupported')],
  ['nobody can be verified', 'conversion-drop', BUSY, silentAuthFails, withoutFallback],
  ['a man in the middle', 'request-id-mismatches', 2, { request: { result_request_id: 'other' } }],
  ['Vonage completes by itself', 'completed-without-check', 1, alreadyCompleted, rejected],
  ['somebody pumps one number', 'limiter-storm', 5, undefined, pumpsOneNumber],
  // Last, because Vonage repeats refused webhooks for long, and they belong to no verification.
  [
    'webhooks are signed with another secret',
    'no-webhooks,signature-failures',
    BUSY,
    { webhook: { signature: 'wrong_secret' } },
    isRefused,
  ],
];

describe('the alarms', () => {
  it.each<Drill>(DRILLS)('when %s: %s', async (_fault, alarms, crowds, rule, happens = crowd) => {
    await setFaults(stack.endpoints, ...(rule === undefined ? [] : [rule]));
    const before = stack.own().length;
    await happens();
    // The last webhooks may still be on their way, and so may the lines of their functions.
    await expect.poll(() => ringing(since(before), crowds)).toBe(alarms);
    await setFaults(stack.endpoints);
  });
});

const times = (count: number, value = 1): number[] => Array<number>(count).fill(value);

/** `<namespace> <name>`: of the platform's metric that an alarm watches; a name alone is our own. */
function measure(metric: string, values: readonly number[], dimensions: object = {}): Sample[] {
  const [namespace = '', name] = metric.split(' ');
  const own = { service: 'silent-auth-dev', ...dimensions };
  const found =
    name === undefined
      ? { namespace: 'SilentAuth', name: namespace, dimensions: own }
      : watchedMetrics().find((each) => each.namespace === namespace && each.name === name);
  if (!found) throw new Error(`no alarm watches ${metric}`);
  return values.map((value) => ({ metric: found, atMs: 0, value }));
}

function watchedMetrics(): Sample['metric'][] {
  return stack.monitoring.alarms
    .flatMap(({ queries }) => queries)
    .flatMap(({ source }) => (source.type === 'metric' ? [source.metric] : []));
}

const QUEUE_AGE = 'AWS/SQS ApproximateAgeOfOldestMessage';
const QUEUE_LENGTH = 'AWS/SQS ApproximateNumberOfMessagesVisible';
const KEY_UNREAD = { operation: 'check', status: 'private_key' };
const ALTERED = { reason: 'payload_hash' };
const GATEWAY_TIMEOUT = { operation: 'start', status: '504' };

type Measured = [
  what: string,
  alarm: string,
  metric: string,
  values: number[],
  dimensions?: object,
];

/** What the simulator cannot bring about; no alarm: none rings. */
const MEASURED: Measured[] = [
  ['functions crash', 'function-errors', 'AWS/Lambda Errors', times(3)],
  ['functions crash twice', '', 'AWS/Lambda Errors', times(2)],
  ['Lambda has no room', 'function-throttles', 'AWS/Lambda Throttles', times(3)],
  ['a table throttles', 'table-throttles', 'AWS/DynamoDB WriteThrottleEvents', times(5)],
  ['verifications are slow', 'slow-verification', 'TimeToVerify', times(20, 95_000)],
  ['a few are slow', '', 'TimeToVerify', [...times(19, 9_000), 95_000]],
  ['our own code fails', 'internal-errors', 'InternalError', times(3)],
  ['our own code fails twice', '', 'InternalError', times(2)],
  ['a gateway before Vonage fails', 'vonage-outage', 'VonageError', times(5), GATEWAY_TIMEOUT],
  ['Vonage blocks a network', 'vonage-blocked', 'Blocked', times(5), { channel: 'sms' }],
  ['Vonage blocks a message', '', 'Blocked', times(1), { channel: 'voice' }],
  ['a day costs too much', 'price-ceiling', 'VerificationPrice', times(101, 0.1)],
  ['the API is flooded', 'request-flood', 'AWS/ApiGateway 4xx', [9000]],
  ['the API is busy', '', 'AWS/ApiGateway 4xx', [8999]],
  ['phones go away', '', 'PushGone', times(50)],
  ['a secret is not set', 'secret-not-set', 'SecretNotSet', times(1)],
  ['the private key cannot be read', 'secret-not-set', 'VonageError', times(1), KEY_UNREAD],
  ['secrets cannot be read', 'secret-stale', 'SecretStale', times(1)],
  ['events are not sent', 'event-failures', 'EventFailed', times(3)],
  ['most ends come late', 'clock-lag', 'ClockLag', times(3, 60_000)],
  ['one end comes late', '', 'ClockLag', [300, 400, 90_000]],
  ['the queue takes no messages', 'clock-message-failures', 'ClockMessageFailed', times(10)],
  ['the clock gives a message up', 'clock-dead-letters', QUEUE_LENGTH, [1]],
  ['nothing takes messages from the queue', 'clock-stopped', QUEUE_AGE, [1800]],
  ['a message waits for a long step', '', QUEUE_AGE, [900]],
  ['webhooks are altered', 'signature-failures', 'WebhookRejected', times(20), ALTERED],
  ['webhooks are unsigned', '', 'WebhookRejected', times(99), { reason: 'unsigned' }],
  ['another stage has a fault', '', 'SecretNotSet', times(9), { service: 'silent-auth-prod' }],
];

describe('the alarms, over measurements made by hand', () => {
  it.each<Measured>(MEASURED)('when %s: %s', (_what, alarm, metric, values, dimensions) => {
    expect(ringing(measure(metric, values, dimensions))).toBe(alarm);
  });

  it('when half of all people give up, and time ends every step: none', () => {
    const measured = [
      ...measure('Started', times(40)),
      ...measure('WebhookAccepted', times(40)),
      ...measure('Ended', times(20), { status: 'completed' }),
      ...measure('FallbackEntered', times(20), { channel: 'sms' }),
      ...measure('FallbackEntered', times(20), { channel: 'voice' }),
      ...measure('MovedOnByClock', times(40)),
    ];
    expect(ringing(measured)).toBe('');
  });

  it('when a quarter of the pushes fails: push-failures', () => {
    const pushes = [...measure('PushFailed', times(5)), ...measure('PushDelivered', times(15))];
    expect(ringing(pushes)).toBe('push-failures');
  });

  it('have all rung in this drill', () => {
    const rung = [...DRILLS, ...MEASURED].flatMap(([, alarms]) => alarms.split(','));
    const all = ['', 'push-failures', ...stack.monitoring.alarms.map(shortName)];
    expect(new Set([...rung, 'push-failures'])).toEqual(new Set(all));
  });
});
