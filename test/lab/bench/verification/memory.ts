/** How much memory each function should have: what a larger one saves a user, and what it costs. Pure. */

import { lambdaDollars } from '../cost/model.ts';
import { type PathCost, waitOf } from '../cost/path-cost.ts';
import { MEMORY_SIZES, OURS_TOGETHER, type VerificationReport } from './measure.ts';

export interface MemoryChoice {
  readonly name: string;
  /** Of each size, like the prices. */
  readonly waitMs: readonly number[];
  /** Lambda's time of this function in a million verifications. */
  readonly dollars: readonly number[];
  readonly chosen: number;
}

/** The next larger size must save this share of the wait. */
const WORTH_IT = 0.1;

export function compareMemory(
  { results }: VerificationReport,
  cost: PathCost | undefined,
): readonly MemoryChoice[] {
  const bySize = OURS_TOGETHER.map((name) => results.find((result) => result.name === name));
  return Object.keys(bySize[0]?.byFunction ?? {}).map((name) => {
    const waitMs = bySize.map((result) => result?.byFunction[name]?.median ?? Number.NaN);
    const calls = cost?.invocationsByFunction[name] ?? Number.NaN;
    const usage = {
      cpuMs: cost?.cpuMsByFunction[name] ?? Number.NaN,
      waitMs: waitOf({ [name]: calls }),
    };
    const enough = waitMs.findIndex((ms, index) => 1 - (waitMs[index + 1] ?? ms) / ms < WORTH_IT);
    return {
      name,
      waitMs,
      dollars: MEMORY_SIZES.map((size) => 1e6 * lambdaDollars(usage, size)),
      chosen: MEMORY_SIZES[enough] ?? MEMORY_SIZES[0],
    };
  });
}
