/** Leaves out whatever a violation does not need. */

import { FAULT_KINDS } from './faults.ts';
import { ALL_ATTACKS } from './settings.ts';
import { type RunResult, simulate } from './simulate.ts';

interface Shortened {
  readonly without: readonly string[];
  readonly result: RunResult;
}

const PEOPLE = ['app0', 'app1', 'app2'];

/** The smallest world that still breaks the same invariant. */
export async function shorten(failed: RunResult): Promise<Shortened> {
  const wanted = failed.violations[0]?.invariant;
  let without: readonly string[] = [];
  let result = failed;
  for (const part of [...ALL_ATTACKS, ...PEOPLE, ...FAULT_KINDS]) {
    const tried = [...without, part];
    const attempt = await simulate(failed.seed, new Set(tried)).catch(() => undefined);
    if (!attempt?.violations.some(({ invariant }) => invariant === wanted)) continue;
    without = tried;
    result = attempt;
  }
  return { without, result };
}
