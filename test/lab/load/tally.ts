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
  readonly failures: ReadonlyMap<string, number>;
  readonly violations: ReadonlyMap<string, number>;
  readonly counts: ReadonlyMap<string, number>;
}

export function createTally(): Tally {
  const times: Record<Measure, number[]> = {
    start: [],
    subscribe: [],
    check: [],
    webhook_to_push: [],
  };
  const failures = new Map<string, number>();
  const violations = new Map<string, number>();
  const counts = new Map<string, number>();
  return {
    measure: (what, ms) => void times[what].push(ms),
    fail: (what) => add(failures, what),
    violate: (what) => add(violations, what),
    count: (what) => add(counts, what),
    times,
    failures,
    violations,
    counts,
  };
}

/** @param fraction 0.5 for the median */
export function percentile(values: readonly number[], fraction: number): number | null {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * fraction) - 1)] ?? null;
}

export function total(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((sum, count) => sum + count, 0);
}

function add(counts: Map<string, number>, what: string): void {
  counts.set(what, (counts.get(what) ?? 0) + 1);
}
