/** How much memory each function should have: what a larger one saves a user, and what it costs. Pure. */

import { lambdaDollars, waitOf } from '../cost/model.ts';
import type { FunctionUse, Measured, Row } from '../report.ts';
import { medianOf, single } from '../statistics.ts';
import { CARRIER_MS, type Timings } from './story.ts';

interface Size {
  readonly megabytes: number;
  readonly timings: readonly Timings[];
}

/** The next larger size must save this share of the whole wait. */
const WORTH_IT = 0.1;
const NOTE =
  "wait: the first event of a function in a cold verification, warmed together. saves: of all that a user waits for, against the size before. $: Lambda's time of that function in a million happy verifications. The rule: the smallest size at which the next one saves less than 10 %.";

/**
 * @param sizes the smallest one first
 * @param uses in one verification; without it there are no prices
 */
export function compareMemory(
  sizes: readonly Size[],
  uses: Readonly<Record<string, FunctionUse>> = {},
): Measured {
  const timings = sizes[0]?.timings ?? [];
  const userWaits = timings.map(({ completedMs, proofMs }) => completedMs - CARRIER_MS + proofMs);
  const wholeMs = medianOf(userWaits);
  const names = new Set(timings.flatMap(({ waits }) => [...waits.keys()]));
  const rows = [...names].map((name): Row => {
    const { calls, cpuMs } = uses[name] ?? { calls: Number.NaN, cpuMs: Number.NaN };
    const usage = { cpuMs, waitMs: waitOf({ [name]: calls }) };
    const compared = sizes.map((size) => ({
      label: `${size.megabytes} MB`,
      waitMs: medianOf(size.timings.map(({ waits }) => waits.get(name)?.ms ?? Number.NaN)),
      dollars: 1e6 * lambdaDollars(usage, size.megabytes),
    }));
    const saved = compared.slice(1).map(({ label, waitMs }, index) => {
      return { label, share: ((compared[index]?.waitMs ?? Number.NaN) - waitMs) / wholeMs };
    });
    const enough = compared.at(saved.findIndex(({ share }) => share < WORTH_IT));
    return {
      function: name,
      ...Object.fromEntries([
        ...compared.map(({ label, waitMs }) => [`wait ms, ${label}`, single(waitMs)]),
        ...saved.map(({ label, share }) => [`${label} saves %`, single(100 * share, 1)]),
        ...compared.map(({ label, dollars }) => [`$, ${label}`, single(dollars, 2)]),
      ]),
      'by the rule': enough?.label ?? '',
    };
  });
  return { parts: [rows, NOTE] };
}
