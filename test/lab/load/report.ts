/** The report of a run as text. */

import { quantile } from '../../fixtures/quantile.ts';
import type { Crowd } from './crowd.ts';
import type { Settled } from './settle.ts';
import type { Counts } from './tally.ts';

const MOST_PRINTED = 20;

export function toText(crowd: Crowd, settled: Settled, violations: readonly string[]): string {
  const { tally, stories, unserved, seconds, startsAtVonage, memory } = crowd;
  const all = stories.length + unserved.length;
  return [
    `${stories.length} of ${all} verifications in ${seconds.toFixed(1)} s, ` +
      `${(stories.length / seconds).toFixed(1)} a second`,
    `${settled.stored} in the store, ${startsAtVonage ?? '?'} begun at Vonage`,
    '',
    row('ms', 'count', 'p50', 'p95', 'p99', 'max'),
    ...Object.entries(tally.times).map(([name, values]) => {
      const at = [0.5, 0.95, 0.99, 1].map((share) => quantile(values, share).toFixed(1));
      return row(name, values.length, ...at);
    }),
    '',
    'ends',
    ...list(settled.ends),
    'troubles',
    ...list(tally.troubles),
    Object.keys(tally.failures).length === 0 ? 'no errors' : 'errors, repeated by the phones',
    ...list(tally.failures),
    '',
    row('memory, MB', 'processes', 'warm', 'end'),
    ...memory.map(({ role, processes, begin, end }) => row(role, processes, begin, end)),
    '',
    violations.length === 0 ? 'nothing lost, nothing wrong' : `${violations.length} violations`,
    ...violations.slice(0, MOST_PRINTED),
  ].join('\n');
}

function list(counts: Counts): readonly string[] {
  return Object.entries(counts).map(([what, times]) => row(what.padEnd(45), times));
}

function row(first: string, ...others: readonly (string | number)[]): string {
  return first.padEnd(20) + others.map((cell) => String(cell).padStart(9)).join('');
}
