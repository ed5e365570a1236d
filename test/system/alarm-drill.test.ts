/**
 * The alarm drill: each fault happens to a running stack, and exactly the expected alarms ring. The
 * template's own expressions evaluate what the functions measured.
 */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Alarm, isRinging } from '../../infra/local/dashboard/alarm.ts';
import type { Sample } from '../../infra/local/dashboard/emf.ts';
import { createMetricStore } from '../../infra/local/dashboard/metric-store.ts';
import { call, phoneNumber, startApp } from '../fixtures/app.ts';
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
function ringing(measured: readonly Sample[], crowds = 1): string[] {
  const samples = Array.from({ length: crowds }, () => measured).flat();
  return stack.monitoring.alarms
    .filter((alarm) =>
      isRinging(alarm, createMetricStore(inEveryPeriod(samples, alarm)), endOf(alarm)),
    )
    .map(shortName)
    .sort();
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

interface More {
  /** @default a crowd verifies */
  readonly happens?: () => Promise<unknown>;
  /** How many times as many people are concerned. @default 1 */
  readonly crowds?: number;
  /** Why the webhooks of the whole crowd are refused. */
  readonly refusal?: string;
}

type Drill = [fault: string, rings: readonly string[], rules: readonly object[], more?: More];

const CROWD = 4;
/** So many crowds are more than the 30 starts from which on alarms evaluate rates. */
const BUSY = { crowds: 11 };

const people = (count: number, person: Person = {}) => ({
  happens: () => verifyMany(stack.endpoints, count, person),
});
const answer = (operation: string, kind: string, more: object = {}) => [
  { answer: { operation, kind, ...more } },
];
const silentAuthFails = [{ request: { outcomes: { silent_auth: 'failed' } } }];
const silentAuthAlone = people(CROWD, { channels: ['silent_auth'] });
const nobodyWaits = people(CROWD, { waitsFor: 'nothing' });

const DRILLS: Drill[] = [
  ['nothing is wrong', [], [], BUSY],
  [
    'some people have other SIMs, type wrong codes, hang up',
    [],
    [],
    { ...BUSY, happens: mistakes },
  ],
  ['the key of the application was replaced', ['vonage-unauthorized'], answer('*', 'unauthorized')],
  ['the balance is spent', ['vonage-balance'], answer('start', 'low_balance')],
  [
    'Vonage does not know the sender of the stage',
    ['vonage-configuration'],
    answer('start', 'invalid_params', {
      set: { invalid_parameters: [{ name: 'workflow[0]', reason: '`from` is invalid' }] },
    }),
    people(1),
  ],
  [
    'Vonage refuses the locales of phones',
    [],
    [{ request: { locales: ['en-us'] } }],
    { ...BUSY, ...people(CROWD, { locale: 'fr-CH' }) },
  ],
  ['Vonage throttles', ['vonage-throttled'], answer('start', 'throttled'), { crowds: 3 }],
  ['Vonage answers 500', ['vonage-outage'], answer('start', 'internal_error'), { crowds: 2 }],
  [
    'Vonage answers 500 to codes',
    ['vonage-check-outage'],
    answer('check', 'internal_error'),
    { ...nobodyWaits, crowds: 2 },
  ],
  [
    'Vonage breaks connections',
    ['vonage-outage'],
    answer('start', 'reset', { effect: 'none' }),
    { crowds: 2 },
  ],
  [
    'webhooks do not arrive',
    ['no-webhooks'],
    [{ webhook: { drop: true } }],
    { ...nobodyWaits, crowds: 2 },
  ],
  ['webhooks come twice and late', [], [{ webhook: { duplicate: 2, delay_ms: 50 } }], BUSY],
  ['silent authentication fails everywhere, codes work', ['fallback-spike'], silentAuthFails, BUSY],
  [
    'webhooks say that no network is supported',
    ['fallback-spike'],
    [{ request: { coverage: 'unsupported' } }],
    BUSY,
  ],
  [
    'Vonage refuses every start because of its network',
    [],
    answer('start', 'network_unsupported'),
    BUSY,
  ],
  ['nobody can be verified', ['conversion-drop'], silentAuthFails, { ...BUSY, ...silentAuthAlone }],
  [
    'somebody is in the middle',
    ['request-id-mismatches'],
    [{ request: { result_request_id: 'other' } }],
    { crowds: 2 },
  ],
  [
    'Vonage reports a completion that nobody asked for',
    ['completed-without-check'],
    [{ webhook: { on: { status: 'user_rejected' }, set: { status: 'completed' } } }],
    people(1, { ending: '1', channels: ['silent_auth'], waitsFor: 'nothing' }),
  ],
  ['somebody pumps one number', ['limiter-storm'], [], { crowds: 5, happens: pumpOneNumber }],
  // Last, because Vonage repeats refused webhooks for long, and they belong to no verification.
  [
    'webhooks are signed with another secret',
    ['no-webhooks', 'signature-failures'],
    [{ webhook: { signature: 'wrong_secret' } }],
    { ...BUSY, ...nobodyWaits, refusal: 'signature' },
  ],
  [
    'bodies of webhooks are altered on their way',
    ['no-webhooks', 'signature-failures'],
    [{ webhook: { altered: true } }],
    { ...BUSY, ...nobodyWaits, refusal: 'payload_hash' },
  ],
];

async function mistakes(): Promise<void> {
  await verifyMany(stack.endpoints, 4);
  await verifyMany(stack.endpoints, 1, { ending: '1', types: 'a wrong code first' });
}

async function pumpOneNumber(): Promise<void> {
  const body = { phone_number: phoneNumber('8') };
  await startApp(stack.endpoints.api, body);
  for (let times = 0; times < 20; times += 1) {
    await call(stack.endpoints.api, 'POST', '/start', { body });
  }
}

describe('the alarms', () => {
  it.each<Drill>(DRILLS)('when %s: %j', async (_fault, rings, rules, more = {}) => {
    const { happens = people(CROWD).happens, crowds, refusal } = more;
    await stack.setFaults(...rules);
    const before = stack.own().length;
    await happens();
    if (refusal !== undefined) {
      const isOfIt = ({ metric }: Sample): boolean => metric.dimensions.reason === refusal;
      await until(() => since(before).filter(isOfIt).length >= CROWD || undefined);
    }
    // The last webhooks may still be on their way, and so may the lines of their functions.
    await expect.poll(() => ringing(since(before), crowds)).toEqual(rings);
    await stack.setFaults();
  });
});

const many = (metric: Sample['metric'], values: readonly number[]): readonly Sample[] =>
  values.map((value) => ({ metric, atMs: 0, value }));
const own = (name: string, values: readonly number[], dimensions = {}): readonly Sample[] =>
  many(
    { namespace: 'SilentAuth', name, dimensions: { service: 'silent-auth-dev', ...dimensions } },
    values,
  );
const times = (count: number, value = 1): number[] => Array<number>(count).fill(value);

/** Of the platform's metric that an alarm watches. */
function watched(service: string, name: string, values: readonly number[]): readonly Sample[] {
  const found = stack.monitoring.alarms
    .flatMap(({ queries }) => queries)
    .map(({ source }) => (source.type === 'metric' ? source.metric : undefined))
    .find((metric) => metric?.namespace === `AWS/${service}` && metric.name === name);
  if (!found) throw new Error(`no alarm watches ${name}`);
  return many(found, values);
}

const OLDEST = 'ApproximateAgeOfOldestMessage';
const VISIBLE = 'ApproximateNumberOfMessagesVisible';

/** What the simulator cannot bring about. */
const MEASURED: readonly (readonly [string, string | undefined, () => readonly Sample[]])[] = [
  ['functions crash', 'function-errors', () => watched('Lambda', 'Errors', times(3))],
  ['two crashes only', undefined, () => watched('Lambda', 'Errors', times(2))],
  ['Lambda has no room', 'function-throttles', () => watched('Lambda', 'Throttles', times(3))],
  [
    'a table throttles',
    'table-throttles',
    () => watched('DynamoDB', 'WriteThrottleEvents', times(5)),
  ],
  ['verifications are slow', 'slow-verification', () => own('TimeToVerify', times(20, 95_000))],
  ['a few are slow', undefined, () => own('TimeToVerify', [...times(19, 9_000), 95_000])],
  [
    'pushes fail',
    'push-failures',
    () => [...own('PushFailed', times(5)), ...own('PushDelivered', times(15))],
  ],
  ['our own code fails', 'internal-errors', () => own('InternalError', times(3))],
  ['our own code fails twice', undefined, () => own('InternalError', times(2))],
  [
    'a gateway before Vonage fails',
    'vonage-outage',
    () => own('VonageError', times(5), { operation: 'start', status: '504' }),
  ],
  ['Vonage blocks a network', 'vonage-blocked', () => own('Blocked', times(5), { channel: 'sms' })],
  ['Vonage blocks a message', undefined, () => own('Blocked', times(1), { channel: 'voice' })],
  ['a day costs too much', 'price-ceiling', () => own('VerificationPrice', times(101, 0.1))],
  ['the API is flooded', 'request-flood', () => watched('ApiGateway', '4xx', [9000])],
  ['the API is busy', undefined, () => watched('ApiGateway', '4xx', [8999])],
  ['phones go away', undefined, () => own('PushGone', times(50))],
  ['a secret is not set', 'secret-not-set', () => own('SecretNotSet', times(1))],
  [
    'the private key cannot be read',
    'secret-not-set',
    () => own('VonageError', times(1), { operation: 'check', status: 'private_key' }),
  ],
  ['secrets cannot be read', 'secret-stale', () => own('SecretStale', times(1))],
  ['events are not sent', 'event-failures', () => own('EventFailed', times(3))],
  ['most ends come late', 'clock-lag', () => own('ClockLag', times(3, 60_000))],
  ['one end comes late', undefined, () => own('ClockLag', [300, 400, 90_000])],
  [
    'messages of the clock are not sent',
    'clock-message-failures',
    () => own('ClockMessageFailed', times(10)),
  ],
  ['the clock gives a message up', 'clock-dead-letters', () => watched('SQS', VISIBLE, [1])],
  ['nothing takes messages from the queue', 'clock-stopped', () => watched('SQS', OLDEST, [1800])],
  ['a message waits for a long step', undefined, () => watched('SQS', OLDEST, [900])],
  [
    'webhooks are unsigned',
    undefined,
    () => own('WebhookRejected', times(99), { reason: 'unsigned' }),
  ],
  [
    'another stage has a fault',
    undefined,
    () => own('SecretNotSet', times(9), { service: 'silent-auth-prod' }),
  ],
];

describe('the alarms, over measurements made by hand', () => {
  it.each(MEASURED)('when %s: %s', (_what, rings, samples) => {
    expect(ringing(samples())).toEqual(rings === undefined ? [] : [rings]);
  });

  it('have all rung in this drill', () => {
    const rung = new Set([...DRILLS, ...MEASURED].flatMap(([, rings]) => rings ?? []));
    expect([...rung].sort()).toEqual(stack.monitoring.alarms.map(shortName).sort());
  });
});
