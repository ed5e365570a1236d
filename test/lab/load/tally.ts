/** What many phones measured, counted and complained about. */

const MEASURES = ['start', 'subscribe', 'check'] as const;
type Measure = (typeof MEASURES)[number];
export type Counts = Record<string, number>;

export interface Tally {
  /** Milliseconds. */
  readonly times: Readonly<Record<Measure, number[]>>;
  /** What must not happen on a healthy stack; the phone repeats and goes on. */
  readonly failures: Counts;
  /** What must never happen, whatever is killed. */
  readonly violations: Counts;
  readonly troubles: Counts;
}

export function createTally(): Tally {
  const times = { start: [], subscribe: [], check: [] };
  return { times, failures: {}, violations: {}, troubles: {} };
}

export function count(counts: Counts, what: string): void {
  counts[what] = (counts[what] ?? 0) + 1;
}
