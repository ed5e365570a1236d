/** What many phones measured, counted and complained about. */

export const MEASURES = ['start', 'subscribe', 'check', 'webhook_to_push'] as const;
export type Measure = (typeof MEASURES)[number];

export interface Tally {
  readonly measure: (what: Measure, ms: number) => void;
  /** Something that must not happen on a healthy stack; the phone repeats and goes on. */
  readonly fail: (what: string) => void;
  /** Something that must never happen, whatever is killed. */
  readonly violate: (what: string) => void;
  readonly count: (what: string) => void;
  readonly times: Readonly<Record<Measure, readonly number[]>>;
  readonly failures: Readonly<Record<string, number>>;
  readonly violations: Readonly<Record<string, number>>;
  readonly counts: Readonly<Record<string, number>>;
}

export function createTally(): Tally {
  const times = { start: [], subscribe: [], check: [], webhook_to_push: [] } as {
    readonly [measure in Measure]: number[];
  };
  const [failures, violations, counts] = [createCounter(), createCounter(), createCounter()];
  return {
    measure: (what, ms) => void times[what].push(ms),
    fail: failures.add,
    violate: violations.add,
    count: counts.add,
    times,
    failures: failures.counts,
    violations: violations.counts,
    counts: counts.counts,
  };
}

function createCounter() {
  const counts: Record<string, number> = {};
  const add = (what: string): void => {
    counts[what] = (counts[what] ?? 0) + 1;
  };
  return { counts, add };
}
