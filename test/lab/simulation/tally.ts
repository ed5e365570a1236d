/** How much happened in a run, so that a long row of runs can show that it was not about nothing. */

import type { Fact } from './history.ts';

const COUNTED = {
  verifications: (fact) => fact.kind === 'provider' && fact.status === 'created',
  completed: (fact) => fact.kind === 'provider' && fact.status === 'completed',
  starts: (fact) => fact.kind === 'request' && fact.route === 'POST /start',
  webhooks: (fact) => fact.kind === 'webhook' && fact.forged === undefined,
  forgeries: (fact) => fact.kind === 'webhook' && fact.forged !== undefined,
  proofs: (fact) => fact.kind === 'proof' && !fact.altered && fact.verdict === 'accepted',
  ends: (fact) => fact.kind === 'end',
  byClock: (fact) => fact.kind === 'metric' && fact.name === 'EndedByClock',
  movedOnByClock: (fact) => fact.kind === 'metric' && fact.name === 'MovedOnByClock',
  lateCancels: (fact) =>
    fact.kind === 'metric' && fact.name === 'LateCancel' && fact.dimensions.outcome === 'taken',
  lostMessages: (fact) => fact.kind === 'fault' && fact.what.startsWith('the queue '),
  faults: (fact) => fact.kind === 'fault',
  crashes: (fact) => fact.kind === 'fault' && fact.what.includes(' dies '),
  throttled: (fact) => fact.kind === 'fault' && fact.what.startsWith('refused'),
} as const satisfies Readonly<Record<string, (fact: Fact) => boolean>>;

export type Tally = Readonly<Record<keyof typeof COUNTED, number>>;

const NAMES = Object.keys(COUNTED).filter(isName);

export function tally(facts: readonly Fact[]): Tally {
  return toTally((name) => facts.filter(COUNTED[name]).length);
}

export function sum(tallies: readonly Tally[]): Tally {
  return toTally((name) => tallies.reduce((total, one) => total + one[name], 0));
}

function toTally(count: (name: keyof Tally) => number): Tally {
  const counts = NAMES.map((name) => [name, count(name)]);
  return Object.fromEntries(counts) as Tally;
}

function isName(name: string): name is keyof Tally {
  return Object.hasOwn(COUNTED, name);
}
