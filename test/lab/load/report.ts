/** The report of a run: JSON for machines, a page for people. */

import type { Outcome } from './crowd.ts';
import { MEASURES, type Measure } from './tally.ts';

/** Milliseconds; null where nothing was measured. */
type Percentiles = Readonly<
  { count: number } & Record<'p50' | 'p95' | 'p99' | 'max', number | null>
>;

export interface Report {
  readonly verifications: number;
  readonly completed_stories: number;
  readonly seconds: number;
  readonly per_second: number;
  readonly times: Readonly<Record<Measure, Percentiles>>;
  readonly ends: Readonly<Record<string, number>>;
  readonly stored: number;
  readonly started_at_vonage: number | null;
  /** Answers that a healthy stack does not give; the phones repeated them. */
  readonly errors: Readonly<Record<string, number>>;
  /** What must never be, whatever happens. */
  readonly violations: readonly string[];
  readonly troubles: Readonly<Record<string, number>>;
  readonly memory: Outcome['memory'];
  readonly memory_flat: boolean;
}

/** A process may grow by a quarter, or by 48 MB: its heap is not collected before it has to be. */
const MEMORY = { factor: 1.25, megabytes: 48 };

export function toReport(outcome: Outcome & { readonly leaks: readonly string[] }): Report {
  const { tally, settled, stories, unserved, seconds, memory } = outcome;
  return {
    verifications: stories.length + unserved.length,
    completed_stories: stories.length,
    seconds: round(seconds),
    per_second: round(stories.length / seconds),
    times: {
      start: toTimes(tally.times.start),
      subscribe: toTimes(tally.times.subscribe),
      check: toTimes(tally.times.check),
      webhook_to_push: toTimes(tally.times.webhook_to_push),
    },
    ends: settled.ends,
    stored: settled.stored,
    started_at_vonage: outcome.startsAtVonage,
    errors: tally.failures,
    violations: [
      ...settled.faults,
      ...Object.entries(tally.violations).map(([what, count]) => `${what} (${count} times)`),
      ...unserved.map((reason) => `not served: ${reason}`),
      ...outcome.leaks,
    ],
    troubles: tally.counts,
    memory,
    memory_flat: memory.every(
      ({ begin, end }) => end <= begin * MEMORY.factor || end <= begin + MEMORY.megabytes,
    ),
  };
}

function toTimes(values: readonly number[]): Percentiles {
  const sorted = values.toSorted((one, other) => one - other);
  const at = (fraction: number): number | null => {
    const place = Math.min(sorted.length - 1, Math.ceil(sorted.length * fraction) - 1);
    const value = sorted[place];
    return value === undefined ? null : round(value);
  };
  return { count: values.length, p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) };
}

const MOST_PRINTED = 20;

export function toText(report: Report): string {
  const { times, violations } = report;
  const row = (...cells: readonly unknown[]): string =>
    cells
      .map((cell, index) => (index ? String(cell).padStart(9) : String(cell).padEnd(20)))
      .join('');
  const list = (counts: Readonly<Record<string, number>>): string[] =>
    Object.entries(counts).map(([what, count]) => row(what.padEnd(45), count));
  return [
    `${report.completed_stories} of ${report.verifications} verifications in ${report.seconds} s, ` +
      `${report.per_second} a second`,
    `${report.stored} in the store, ${report.started_at_vonage ?? '?'} begun at Vonage`,
    '',
    row('ms', 'count', 'p50', 'p95', 'p99', 'max'),
    ...MEASURES.map((name) => {
      const { count, p50, p95, p99, max } = times[name];
      return row(name, count, p50, p95, p99, max);
    }),
    '',
    'ends',
    ...list(report.ends),
    'troubles',
    ...list(report.troubles),
    Object.keys(report.errors).length === 0 ? 'no errors' : 'errors, repeated by the phones',
    ...list(report.errors),
    '',
    row('memory, MB', 'processes', 'warm', 'end'),
    ...report.memory.map(({ role, processes, begin, end }) => row(role, processes, begin, end)),
    '',
    violations.length === 0 ? 'nothing lost, nothing wrong' : `${violations.length} violations`,
    ...violations.slice(0, MOST_PRINTED),
  ].join('\n');
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
