/** The report for people: in a terminal, or in Markdown. */

import type { ColdReport } from './cold/measure.ts';
import { type CostReport, TARGET_DOLLARS } from './cost/measure.ts';
import type { GrowthResult } from './load/growth.ts';
import type { ThroughputReport } from './load/throughput.ts';
import type { Measured } from './statistics.ts';
import { fixed, type Table, toTable } from './table.ts';
import type { TrickReport } from './tricks/measure.ts';

export function printCold(
  { results, memoryMegabytes, rounds, uncapped }: ColdReport,
  table: Table = toTable,
): string {
  const cap = uncapped ?? `CPU of ${memoryMegabytes} MB after INIT`;
  const header = [
    'cold start',
    'KB',
    'gzip',
    'init ms',
    'first ms',
    'warm ms',
    'RSS MB',
    'init ×',
    'init+first ×',
    '× of peer',
    'warm overhead ms',
  ];
  const rows = results.map((it) => [
    it.name,
    fixed(it.bytes / 1024, 0),
    fixed(it.gzipBytes / 1024, 0),
    spread(it.initMs, 0),
    spread(it.firstMs, 0),
    spread(it.warmMs, 1),
    fixed(it.residentMegabytes.median, 0),
    fixed(it.initRatio, 2),
    fixed(it.initAndFirstRatio, 2),
    it.initAndFirstToPeer === undefined ? '' : fixed(it.initAndFirstToPeer, 2),
    it.warmOverheadMs === undefined ? '' : fixed(it.warmOverheadMs, 1),
  ]);
  const note = `${rounds} rounds, interleaved; ${cap}. ×: against the empty handler started right before.`;
  return `${table(header, rows)}\n\n${note}`;
}

export function printTricks({ results, pairs }: TrickReport, table: Table = toTable): string {
  const header = [
    'saved by',
    'CPU ms, init + first',
    '%',
    'wait ms, init + first',
    '%',
    'first ms',
    'warm CPU ms',
    '%',
  ];
  const rows = results.map(({ name, whole, saved }) => [
    name,
    spread(saved.cpuMs, 1),
    fixed((100 * saved.cpuMs.median) / (whole.cpuMs + saved.cpuMs.median), 0),
    spread(saved.waitMs, 1),
    fixed((100 * saved.waitMs.median) / (whole.waitMs + saved.waitMs.median), 0),
    spread(saved.firstMs, 1),
    spread(saved.warmCpuMs, 2),
    fixed((100 * saved.warmCpuMs.median) / (whole.warmCpuMs + saved.warmCpuMs.median), 0),
  ]);
  const note = `start; ${pairs} pairs, interleaved; median and quartiles of the differences. AWS is 1 ms away, Vonage 40 ms, over TLS. CPU: all threads. wait: without the time that other programs had the CPU.`;
  return `${table(header, rows)}\n\n${note}`;
}

export function printThroughput(
  { results, concurrency, rounds }: ThroughputReport,
  table: Table = toTable,
): string {
  const header = [
    'whole verifications',
    'per s',
    'latency ms',
    'CPU ms each',
    'with gateway, store',
    '× ours',
  ];
  const rows = results.map((it) => [
    it.contender,
    spread(it.perSecond, 1),
    spread(it.latencyMs, 0),
    spread(it.cpuMs, 1),
    spread(it.cpuMsWithStack, 1),
    fixed(it.perSecondRatio, 2),
  ]);
  const failures = results.flatMap((it) => it.failures.map((why) => `${it.contender}: ${why}`));
  const note = `${concurrency} at once, ${rounds} rounds, taking turns at one simulator.`;
  return [table(header, rows), '', note, ...failures].join('\n');
}

export function printGrowth(results: readonly GrowthResult[], table: Table = toTable): string {
  const header = ['in flight', 'completed', 'per s', 'CPU ms each', 'gateway', 'store'];
  const rows = results.map((it) => [
    String(it.inFlight),
    String(it.completed),
    fixed(it.perSecond, 1),
    fixed(it.cpuMs, 1),
    fixed(it.gatewayCpuMs, 1),
    fixed(it.storeCpuMs, 1),
  ]);
  const failures = results.flatMap((it) => it.failures.map((why) => `${it.inFlight}: ${why}`));
  return [table(header, rows), ...failures].join('\n');
}

export function printCost(
  { paths, monthly, metricSeries, prices }: CostReport,
  table: Table = toTable,
): string {
  const parts = Object.keys(paths[0]?.dollars ?? {});
  const biggest = parts.toSorted((one, other) => dollarsOf(other) - dollarsOf(one));
  function dollarsOf(part: string): number {
    return paths[0]?.dollars[part] ?? 0;
  }
  const header = ['$ per million verifications', ...paths.map(({ path }) => path)];
  const rows = [
    ...biggest.map((part) => [part, ...paths.map(({ dollars }) => fixed(dollars[part] ?? 0, 2))]),
    ['all', ...paths.map((path) => fixed(path.total, 2))],
    ...Object.keys(paths[0]?.variants ?? {}).map((name) => [
      `all, ${name}`,
      ...paths.map(({ variants }) => fixed(variants[name] ?? 0, 2)),
    ]),
  ];
  const usage = [
    ['HTTP requests', 'httpRequests', 1],
    ['WebSocket messages and handshakes', 'messages', 1],
    ['Lambda invocations', 'invocations', 1],
    ['Lambda CPU ms', 'cpuMs', 1],
    ['Lambda network ms, assumed', 'waitMs', 0],
    ['request line bytes', 'logLineBytes', 0],
    ['metric line bytes', 'metricBytes', 0],
    ['access log bytes', 'accessLogBytes', 0],
  ] as const;
  const units = ['requests', 'writeUnits', 'readUnits', 'refused'] as const;
  const counts = [
    ...usage.map(([label, member, digits]) => [
      label,
      ...paths.map((path) => fixed(path.usage[member], digits)),
    ]),
    ...units.map((unit) => [
      `DynamoDB ${unit}`,
      ...paths.map((path) => fixed(path.usage.dynamodb[unit], 1)),
    ]),
  ];
  const fixedCosts = Object.entries(monthly).map(([name, dollars]) => [name, fixed(dollars, 2)]);
  const happy = paths[0]?.total ?? Number.NaN;
  const verdict = happy <= TARGET_DOLLARS ? 'reached' : 'missed';
  return [
    table(header, rows),
    '',
    `goal ≤ $${TARGET_DOLLARS} for the happy path: ${verdict}; ` +
      `list prices of ${prices.region}, ${prices.asOf}`,
    '',
    table(['counted per verification', ...paths.map(({ path }) => path)], counts),
    '',
    table([`$ per month, ${metricSeries} metric series`, ''], fixedCosts),
  ].join('\n');
}

function spread({ median, low, high }: Measured, digits: number): string {
  return `${fixed(median, digits)} (${fixed(low, digits)}–${fixed(high, digits)})`;
}
