/**
 * The alarm drill: each fault happens to a running stack, and exactly the alarms that should ring
 * do, evaluated by the template's own expressions over what the functions measured.
 */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Alarm, isRinging } from '../../infra/local/dashboard/alarm.ts';
import type { Sample } from '../../infra/local/dashboard/emf.ts';
import { createMetricStore } from '../../infra/local/dashboard/metric-store.ts';
import { call, phoneNumber, startApp } from '../fixtures/app.ts';
import { verifyMany } from '../fixtures/traffic.ts';
import { until } from '../fixtures/until.ts';
import { startWatchedStack, type WatchedStack } from '../fixtures/watched-stack.ts';

let stack: WatchedStack;

beforeAll(async () => {
  stack = await startWatchedStack();
});

afterAll(async () => {
  await stack?.close();
});

/**
 * Names of the alarms that ring when what was measured happens to so many crowds in each period,
 * and goes on for as long as each alarm looks back.
 */
function ringing(measured: readonly Sample[], crowds = 1): string[] {
  const samples = Array.from({ length: crowds }, () => measured).flat();
  return stack.monitoring.alarms
    .filter((alarm) => isRinging(alarm, createMetricStore(goOn(samples, alarm)), endOf(alarm)))
    .map(({ name }) => name.replace('silent-auth-dev-', ''))
    .sort();
}

function goOn(samples: readonly Sample[], { periodMs, periods }: Alarm): Sample[] {
  return Array.from({ length: periods }, (_, period) => period * periodMs).flatMap((atMs) =>
    samples.map((sample) => ({ ...sample, atMs })),
  );
}

function endOf({ periodMs, periods }: Alarm): number {
  return periodMs * periods;
}

/** What is measured while something happens, but for what is left of verifications of before. */
function since(before: number): readonly Sample[] {
  const samples = stack.own();
  const known = new Set(samples.slice(0, before).map(({ requestId }) => requestId));
  known.delete(undefined);
  return samples.slice(before).filter(({ requestId }) => !known.has(requestId));
}

interface Drill {
  readonly fault: string;
  readonly rules?: readonly object[];
  readonly happens: () => Promise<unknown>;
  /** How many times as many people it happens to. @default 1 */
  readonly crowds?: number;
  /** The last thing to be measured. */
  readonly until?: { readonly metric: string; readonly reason?: string; readonly count: number };
  readonly rings: readonly string[];
}

const people = (count: number, person = {}): (() => Promise<unknown>) => {
  return () => verifyMany(stack.endpoints, count, person);
};
const answer = (operation: string, kind: string): readonly object[] => [
  { answer: { operation, kind } },
];

const CROWD = 4;
/**
 * Of a crowd: above the 30 starts from which on alarms evaluate rates, also when one start is lost.
 */
const BUSY = 11;
const ENTERED = { metric: 'FallbackEntered', count: CROWD };

const DRILLS: readonly Drill[] = [
  { fault: 'nothing is wrong', happens: people(CROWD), crowds: BUSY, rings: [] },
  {
    fault: 'a few people have other SIMs, type wrong codes, hang up',
    happens: async () => {
      await verifyMany(stack.endpoints, 4);
      await verifyMany(stack.endpoints, 1, { ending: '1', types: 'a wrong code first' });
    },
    crowds: BUSY,
    rings: [],
  },
  {
    fault: 'the key of the application was replaced',
    rules: answer('*', 'unauthorized'),
    happens: people(3),
    rings: ['vonage-unauthorized'],
  },
  {
    fault: 'the balance is spent',
    rules: answer('start', 'low_balance'),
    happens: people(3),
    rings: ['vonage-balance'],
  },
  {
    fault: 'Vonage does not know the sender of the stage',
    rules: [
      {
        answer: {
          operation: 'start',
          kind: 'invalid_params',
          set: { invalid_parameters: [{ name: 'workflow[0]', reason: '`from` is invalid' }] },
        },
      },
    ],
    happens: people(1),
    rings: ['vonage-configuration'],
  },
  {
    fault: 'Vonage does not take the locales of phones',
    rules: [{ request: { locales: ['en-us'] } }],
    happens: people(CROWD, { locale: 'fr-CH' }),
    crowds: BUSY,
    rings: [],
  },
  {
    fault: 'Vonage throttles',
    rules: answer('start', 'throttled'),
    happens: people(CROWD),
    crowds: 3,
    rings: ['vonage-throttled'],
  },
  {
    fault: 'Vonage answers 500',
    rules: answer('start', 'internal_error'),
    happens: people(CROWD),
    crowds: 2,
    rings: ['vonage-outage'],
  },
  {
    fault: 'Vonage answers 500 to codes',
    rules: answer('check', 'internal_error'),
    happens: people(CROWD, { waitsFor: 'nothing' }),
    crowds: 2,
    rings: ['vonage-check-outage'],
  },
  {
    fault: 'Vonage breaks connections',
    rules: [{ answer: { operation: 'start', kind: 'reset', effect: 'none' } }],
    happens: people(CROWD),
    crowds: 2,
    rings: ['vonage-outage'],
  },
  {
    fault: 'webhooks do not arrive',
    rules: [{ webhook: { drop: true } }],
    happens: people(CROWD, { waitsFor: 'nothing' }),
    crowds: 2,
    rings: ['no-webhooks'],
  },
  {
    fault: 'webhooks come twice and late',
    rules: [{ webhook: { duplicate: 2, delay_ms: 50 } }],
    happens: people(CROWD),
    crowds: BUSY,
    rings: [],
  },
  {
    fault: 'silent authentication fails everywhere, codes work',
    rules: [{ request: { outcomes: { silent_auth: 'failed' } } }],
    happens: people(CROWD),
    crowds: BUSY,
    until: ENTERED,
    rings: ['fallback-spike'],
  },
  {
    fault: 'no network is supported, as webhooks say',
    rules: [{ request: { coverage: 'unsupported' } }],
    happens: people(CROWD),
    crowds: BUSY,
    until: ENTERED,
    rings: ['fallback-spike'],
  },
  {
    fault: 'Vonage takes no start for the sake of its network',
    rules: answer('start', 'network_unsupported'),
    happens: people(CROWD),
    crowds: BUSY,
    rings: [],
  },
  {
    fault: 'nobody can be verified',
    rules: [{ request: { outcomes: { silent_auth: 'failed' } } }],
    happens: people(CROWD, { channels: ['silent_auth'] }),
    crowds: BUSY,
    rings: ['conversion-drop'],
  },
  {
    fault: 'somebody is in the middle',
    rules: [{ request: { result_request_id: 'other' } }],
    happens: people(CROWD),
    crowds: 2,
    rings: ['request-id-mismatches'],
  },
  {
    fault: 'Vonage reports a completion that nobody asked for',
    rules: [{ webhook: { on: { status: 'user_rejected' }, set: { status: 'completed' } } }],
    happens: people(1, { ending: '1', channels: ['silent_auth'], waitsFor: 'nothing' }),
    until: { metric: 'CompletedWithoutCheck', count: 1 },
    rings: ['completed-without-check'],
  },
  {
    fault: 'somebody pumps one number',
    happens: async () => {
      const body = { phone_number: phoneNumber('8') };
      await startApp(stack.endpoints.api, body);
      for (let times = 0; times < 20; times += 1) {
        await call(stack.endpoints.api, 'POST', '/start', { body });
      }
    },
    crowds: 5,
    rings: ['limiter-storm'],
  },
  // At the end, because Vonage sends refused webhooks again, for long, and whose they are is not
  // known.
  {
    fault: 'webhooks are signed with another secret',
    rules: [{ webhook: { signature: 'wrong_secret' } }],
    happens: people(CROWD, { waitsFor: 'nothing' }),
    crowds: BUSY,
    until: { metric: 'WebhookRejected', reason: 'signature', count: CROWD },
    rings: ['no-webhooks', 'signature-failures'],
  },
  {
    fault: 'bodies of webhooks are altered on their way',
    rules: [{ webhook: { altered: true } }],
    happens: people(CROWD, { waitsFor: 'nothing' }),
    crowds: BUSY,
    until: { metric: 'WebhookRejected', reason: 'payload_hash', count: CROWD },
    rings: ['no-webhooks', 'signature-failures'],
  },
];

describe('the alarms', () => {
  it.each(DRILLS)('ring as they should when $fault', async (drill) => {
    const { rules = [], happens, crowds, until: last, rings } = drill;
    await stack.setFaults(...rules);
    const before = stack.own().length;
    await happens();
    if (last) {
      const { metric: name, reason } = last;
      const isLast = ({ metric }: Sample): boolean =>
        metric.name === name && (!reason || metric.dimensions.reason === reason);
      await until(() => since(before).filter(isLast).length >= last.count || undefined);
    }
    const samples = since(before);
    await stack.setFaults();
    expect(ringing(samples, crowds)).toEqual(rings);
  });
});

/** What the simulator cannot bring about, as measurements made by hand. */
describe('the alarms of the platform', () => {
  const many = (metric: Sample['metric'], values: readonly number[]): readonly Sample[] =>
    values.map((value) => ({ metric, atMs: 0, value }));
  const own = (name: string, values: readonly number[], dimensions = {}): readonly Sample[] =>
    many(
      { namespace: 'SilentAuth', name, dimensions: { service: 'silent-auth-dev', ...dimensions } },
      values,
    );
  const times = (count: number, value = 1): number[] => Array<number>(count).fill(value);
  const watched = (namespace: string, name: string): Sample['metric'] => {
    const found = stack.monitoring.alarms
      .flatMap(({ queries }) => queries)
      .map(({ source }) => (source.type === 'metric' ? source.metric : undefined))
      .find((metric) => metric?.namespace === namespace && metric.name === name);
    if (!found) throw new Error(`no alarm watches ${name}`);
    return found;
  };

  it.each<[string, () => readonly Sample[], readonly string[]]>([
    ['functions crash', () => many(watched('AWS/Lambda', 'Errors'), times(3)), ['function-errors']],
    ['two crashes only', () => many(watched('AWS/Lambda', 'Errors'), times(2)), []],
    [
      'Lambda has no room',
      () => many(watched('AWS/Lambda', 'Throttles'), times(3)),
      ['function-throttles'],
    ],
    [
      'a table throttles',
      () => many(watched('AWS/DynamoDB', 'WriteThrottleEvents'), times(5)),
      ['table-throttles'],
    ],
    ['verifications are slow', () => own('TimeToVerify', times(20, 95_000)), ['slow-verification']],
    ['a few are slow', () => own('TimeToVerify', [...times(19, 9_000), 95_000]), []],
    [
      'pushes fail',
      () => [...own('PushFailed', times(5)), ...own('PushDelivered', times(15))],
      ['push-failures'],
    ],
    ['our own code fails', () => own('InternalError', times(3)), ['internal-errors']],
    ['our own code fails twice', () => own('InternalError', times(2)), []],
    [
      'a gateway before Vonage fails',
      () => own('VonageError', times(5), { operation: 'start', status: '504' }),
      ['vonage-outage'],
    ],
    [
      'Vonage blocks a network',
      () => own('Blocked', times(5), { channel: 'sms' }),
      ['vonage-blocked'],
    ],
    ['Vonage blocks a message', () => own('Blocked', times(1), { channel: 'voice' }), []],
    [
      'a day costs more than the ceiling',
      () => own('VerificationPrice', times(101, 0.1)),
      ['price-ceiling'],
    ],
    ['the API is flooded', () => many(watched('AWS/ApiGateway', '4xx'), [9000]), ['request-flood']],
    ['the API is busy', () => many(watched('AWS/ApiGateway', '4xx'), [8999]), []],
    ['phones go away', () => own('PushGone', times(50)), []],
    ['a secret is not set', () => own('SecretNotSet', times(1)), ['secret-not-set']],
    [
      'the private key cannot be read',
      () => own('VonageError', times(1), { operation: 'check', status: 'private_key' }),
      ['secret-not-set'],
    ],
    ['secrets cannot be read', () => own('SecretStale', times(1)), ['secret-stale']],
    ['events are not sent', () => own('EventFailed', times(3)), ['event-failures']],
    ['most ends come late', () => own('ClockLag', times(3, 60_000)), ['clock-lag']],
    ['one end comes late', () => own('ClockLag', [300, 400, 90_000]), []],
    [
      'messages of the clock are not sent',
      () => own('ClockMessageFailed', times(10)),
      ['clock-message-failures'],
    ],
    [
      'the clock gives a message up',
      () => many(watched('AWS/SQS', 'ApproximateNumberOfMessagesVisible'), [1]),
      ['clock-dead-letters'],
    ],
    [
      'nobody takes messages from the queue',
      () => many(watched('AWS/SQS', 'ApproximateAgeOfOldestMessage'), [1800]),
      ['clock-stopped'],
    ],
    [
      'a message waits for a long step',
      () => many(watched('AWS/SQS', 'ApproximateAgeOfOldestMessage'), [900]),
      [],
    ],
    ['webhooks are unsigned', () => own('WebhookRejected', times(99), { reason: 'unsigned' }), []],
    [
      'another stage has a fault',
      () => own('SecretNotSet', times(9), { service: 'silent-auth-prod' }),
      [],
    ],
  ])('ring as they should when %s', (_what, samples, rings) => {
    expect(ringing(samples())).toEqual(rings);
  });

  it('have all rung in this drill', () => {
    const rung = new Set(DRILLS.flatMap(({ rings }) => rings));
    const byHand = [
      'function-errors',
      'function-throttles',
      'internal-errors',
      'table-throttles',
      'slow-verification',
      'vonage-blocked',
      'price-ceiling',
      'request-flood',
      'clock-stopped',
      'clock-lag',
      'clock-dead-letters',
      'clock-message-failures',
    ];
    const silent = ['push-failures', 'secret-not-set', 'secret-stale', 'event-failures'];
    const names = stack.monitoring.alarms.map(({ name }) => name.replace('silent-auth-dev-', ''));
    expect([...rung, ...byHand, ...silent].sort()).toEqual(names.sort());
  });
});
