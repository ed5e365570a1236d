/** A short run of the simulation; `npm run simulate` is the long one. */

import { describe, expect, it } from 'vitest';
import type { Fact } from './history.ts';
import { simulate } from './simulate.ts';

/** Enough for every actor and every kind of fault to meet the others. */
const RUNS = 110;

const MUST_HAPPEN: Readonly<Record<string, (fact: Fact) => boolean>> = {
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
  crashes: (fact) => fact.kind === 'fault' && fact.what.includes(' dies '),
  throttled: (fact) => fact.kind === 'fault' && fact.what.startsWith('refused'),
};

describe('simulation', () => {
  it('breaks no invariant in a short run, in which everything happens', async () => {
    const missing = new Map(Object.entries(MUST_HAPPEN));
    for (let run = 0; run < RUNS; run += 1) {
      const { seed, violations, facts } = await simulate(`short-${run}`);
      expect(violations, `npm run simulate -- --runs 1 --seed ${seed}`).toEqual([]);
      for (const [name, isIt] of missing) if (facts.some(isIt)) missing.delete(name);
    }
    expect([...missing.keys()]).toEqual([]);
  });

  it('records the same facts whenever it runs a seed', async () => {
    const [once, again] = [await simulate('replayed'), await simulate('replayed')];
    expect(again.facts).toEqual(once.facts);
    expect(again.facts.length).toBeGreaterThan(10);
  });
});
