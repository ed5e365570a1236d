/** How much memory each function should have: what a larger one saves a user, and what it costs. Pure. */

import { lambdaDollars } from '../cost/model.ts';
import { type PathCost, waitOf } from '../cost/path-cost.ts';
import { MEMORY_SIZES, OURS_TOGETHER, type VerificationReport } from './measure.ts';
import { CARRIER_MS } from './story.ts';

interface MemoryChoice {
  readonly name: string;
  /** Of each size, like the prices. */
  readonly waitMs: readonly number[];
  /** Of what a user waits for in all, by each size but the last: saved by the next one. */
  readonly savedShares: readonly number[];
  /** Lambda's time of this function in a million verifications. */
  readonly dollars: readonly number[];
  readonly chosen: number;
}

/** The next larger size must save this share of the whole wait. */
const WORTH_IT = 0.1;

export function compareMemory(
  { results }: VerificationReport,
  cost: PathCost | undefined,
): readonly MemoryChoice[] {
  const bySize = OURS_TOGETHER.map((name) => results.find((result) => result.name === name));
  const [smallest] = bySize;
  if (smallest === undefined) return [];
  const wholeMs = smallest.completedMs.median - CARRIER_MS + smallest.proofMs.median;
  return Object.keys(smallest.byFunction).map((name) => {
    const waitMs = bySize.map((result) => result?.byFunction[name]?.median ?? Number.NaN);
    const savedShares = waitMs
      .slice(1)
      .map((ms, index) => ((waitMs[index] ?? Number.NaN) - ms) / wholeMs);
    const usage = {
      cpuMs: cost?.cpuMsByFunction[name] ?? Number.NaN,
      waitMs: waitOf({ [name]: cost?.invocationsByFunction[name] ?? Number.NaN }),
    };
    const enough = savedShares.findIndex((share) => share < WORTH_IT);
    return {
      name,
      waitMs,
      savedShares,
      dollars: MEMORY_SIZES.map((size) => 1e6 * lambdaDollars(usage, size)),
      chosen: MEMORY_SIZES.at(enough) ?? Number.NaN,
    };
  });
}
