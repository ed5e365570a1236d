/** The report of a run: JSON for machines, a page for people. */

import type { Outcome } from './crowd.ts';
import { MEASURES, type Measure, percentile, total } from './tally.ts';

interface Percentiles {
  readonly count: number;
  readonly p50: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
  readonly max: number | null;
}

export interface Report {
  readonly verifications: number;
  readonly completed_stories: number;
  readonly seconds: number;
  readonly per_second: number;
  /** Milliseconds. */
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

export function toReport(outcome: Outcome): Report {
  const { tally, settled, stories, unserved, seconds, memory } = outcome;
  return {
    verifications: stories.length + unserved.length,
    completed_stories: stories.length,
    seconds: round(seconds),
    per_second: round(stories.length / seconds),
    times: toTimes(outcome),
    ends: settled.ends,
    stored: settled.stored,
    started_at_vonage: outcome.startsAtVonage,
    errors: Object.fromEntries(tally.failures),
    violations: [
      ...settled.faults,
      ...[...tally.violations].map(([what, count]) => `${what} (${count} times)`),
      ...unserved.map((reason) => `not served: ${reason}`),
      ...outcome.leaks,
    ],
    troubles: Object.fromEntries(tally.counts),
    memory,
    memory_flat: memory.every(
      ({ begin, end }) => end <= begin * MEMORY.factor || end <= begin + MEMORY.megabytes,
    ),
  };
}

export function errorsOf({ tally }: Outcome): number {
  return total(tally.failures);
}

function toTimes({ tally }: Outcome): Report['times'] {
  const of = (measure: Measure): Percentiles => {
    const values = tally.times[measure];
    const at = (fraction: number): number | null => {
      const value = percentile(values, fraction);
      return value === null ? null : round(value);
    };
    return { count: values.length, p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) };
  };
  return {
    start: of('start'),
    subscribe: of('subscribe'),
    check: of('check'),
    webhook_to_push: of('webhook_to_push'),
  };
}

const MOST_TOLD = 20;

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
    ...violations.slice(0, MOST_TOLD),
  ].join('\n');
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
