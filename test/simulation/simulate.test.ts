import { describe, expect, it } from 'vitest';
import { simulate } from './simulate.ts';

const RUNS = 150;

describe('simulate', () => {
  it(`finds no invariant broken in ${RUNS} lives of the whole backend`, {
    timeout: 60_000,
  }, async () => {
    for (let run = 0; run < RUNS; run += 1) {
      const { seed, violations } = await simulate(`test-${run}`);
      expect({ seed, violations }).toEqual({ seed, violations: [] });
    }
  });

  it('lives the same life for the same seed', async () => {
    const [one, other] = [await simulate('again'), await simulate('again')];
    expect(one.steps).toBe(other.steps);
    expect(JSON.stringify(one.facts)).toBe(JSON.stringify(other.facts));
  });
});
