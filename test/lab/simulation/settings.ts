/** One run's world: its stage, its people and how they are spread, all drawn from the seed. */

import type { ChannelName, StartSettings } from '../../../shared/config.ts';
import type { Prng } from '../../fixtures/prng.ts';

export type Carrier = 'matches' | 'mismatches' | 'fails' | 'unsupported';

export interface Person {
  readonly name: string;
  readonly number: string;
  readonly email: string;
  readonly address: string;
  readonly carrier: Carrier;
  readonly starts: number;
}

/** How many of the runs have each. */
const ATTACKS = {
  forger: 0.35,
  fixation: 0.35,
  swapper: 0.35,
  pumper: 0.35,
  guesser: 0.35,
  borrower: 0.1,
  flooder: 0.1,
};
export type Attack = keyof typeof ATTACKS;
export const ALL_ATTACKS = Object.keys(ATTACKS) as readonly Attack[];

export interface RunSettings {
  readonly stage: StartSettings;
  readonly people: readonly Person[];
  readonly attacks: readonly Attack[];
  /** Of each instance's clock, at most this far off. */
  readonly instanceSkewMs: number;
  /** Of Vonage's clock; below 60 s ahead a webhook must be accepted. */
  readonly vonageSkewMs: number;
}

const WORKFLOWS: readonly [readonly ChannelName[], ...(readonly ChannelName[])[]] = [
  ['silent_auth', 'email'],
  ['silent_auth'],
  ['silent_auth', 'email', 'sms'],
  ['silent_auth', 'sms', 'voice'],
  ['silent_auth', 'sms'],
  ['email', 'sms'],
  ['sms'],
];

const WINDOWS = [120, 600] as const;

export function drawSettings(prng: Prng, without: ReadonlySet<string>): RunSettings {
  const limit = (low: number, high: number) => ({
    count: low + prng.below(high - low + 1),
    windowSeconds: prng.pick(WINDOWS),
  });
  // Synthesis refuses it where mail and phone meet; the fold must hold without that.
  const reuse = prng.chance(0.3) ? { reuseCode: true } : {};
  const stage: StartSettings = {
    brand: 'Simulation',
    workflow: prng
      .pick(WORKFLOWS)
      .map((channel) => ({ channel, ...(channel !== 'silent_auth' && reuse) })),
    channelTimeoutSeconds: prng.pick([20, 60, 120]),
    codeLength: 6,
    coverageCheck: prng.chance(0.3),
    afterUserRejected: prng.chance(0.2) ? 'stop' : 'continue',
    countries: ['DE'],
    playground: false,
    limits: {
      address: limit(3, 12),
      subject: limit(3, 12),
      phoneNumber: { ...limit(1, 5), perCaller: 1 + prng.below(5) },
      email: { ...limit(1, 5), perCaller: 1 + prng.below(5) },
      prefix: limit(3, 12),
    },
  };
  return {
    stage,
    people: drawPeople(prng, without),
    attacks: ALL_ATTACKS.filter((attack) => prng.chance(ATTACKS[attack]) && !without.has(attack)),
    instanceSkewMs: prng.chance(0.3) && !without.has('skew') ? prng.between(0, 2000) : 0,
    vonageSkewMs: without.has('skew') ? 0 : prng.pick([0, 0, -300_000, -4000, 50_000]),
  };
}

const CARRIERS = ['matches', 'matches', 'matches', 'mismatches', 'fails', 'unsupported'] as const;

/** Some share a number, as a family or a thief does. */
function drawPeople(prng: Prng, without: ReadonlySet<string>): readonly Person[] {
  const count = 1 + prng.below(3);
  const people: Person[] = [];
  for (let index = 0; index < count; index += 1) {
    const shared = prng.chance(0.25) ? people[0] : undefined;
    people.push({
      name: `app${index}`,
      number: shared?.number ?? `+4915112345${100 + prng.below(900)}`,
      email: `person${index}@mail.example`,
      address: `198.51.100.${prng.chance(0.3) ? 7 : 10 + index}`,
      carrier: shared?.carrier ?? prng.pick(CARRIERS),
      starts: 1 + prng.below(2),
    });
  }
  return people.filter(({ name }) => !without.has(name));
}
