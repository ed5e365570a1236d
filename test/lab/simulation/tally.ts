/** What happened in a run and how often, so that a series of runs shows that everything occurs. */

import type { Fact } from './history.ts';

export type Tally = Readonly<Record<string, number>>;

const COUNTED: Readonly<Record<string, (fact: Fact) => boolean>> = {
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
};

export function tally(facts: readonly Fact[]): Tally {
  const counts = Object.entries(COUNTED).map(([name, isCounted]) => {
    return [name, facts.filter(isCounted).length];
  });
  return Object.fromEntries(counts);
}

export function sum(tallies: readonly Tally[]): Tally {
  const counts = Object.keys(COUNTED).map((name) => {
    return [name, tallies.reduce((total, one) => total + (one[name] ?? 0), 0)];
  });
  return Object.fromEntries(counts);
}
