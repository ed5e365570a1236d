/** The report for people: in a terminal, or in Markdown. */

import type { ColdReport } from './cold/measure.ts';
import { type CostReport, TARGET_DOLLARS } from './cost/measure.ts';
import type { GrowthResult } from './load/growth.ts';
import type { ProfileReport } from './profile/measure.ts';
import type { Measured } from './statistics.ts';
import { fixed, type Table, toTable } from './table.ts';
import type { TrickReport } from './tricks/measure.ts';
import { MEMORY_SIZES, type VerificationReport } from './verification/measure.ts';
import { compareMemory } from './verification/memory.ts';

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

export function printTricks({ results }: TrickReport, table: Table = toTable): string {
  const header = [
    'saved by',
    'pairs',
    'CPU ms, init + first',
    '%',
    'wait ms, init + first',
    '%',
    'first ms',
    'warm CPU ms',
    '%',
  ];
  const rows = results.map(({ name, pairs, whole, saved }) => [
    name,
    String(pairs),
    spread(saved.cpuMs, 1),
    fixed((100 * saved.cpuMs.median) / (whole.cpuMs + saved.cpuMs.median), 0),
    spread(saved.waitMs, 1),
    fixed((100 * saved.waitMs.median) / (whole.waitMs + saved.waitMs.median), 0),
    spread(saved.firstMs, 1),
    spread(saved.warmCpuMs, 2),
    fixed((100 * saved.warmCpuMs.median) / (whole.warmCpuMs + saved.warmCpuMs.median), 0),
  ]);
  const note = `start; interleaved pairs; median and quartiles of the differences. AWS is 1 ms away, Vonage 40 ms, over TLS. CPU: all threads. wait: INIT without the time that other programs had the CPU, and the first request with the CPU of 512 MB.`;
  return `${table(header, rows)}\n\n${note}`;
}

export function printVerifications(
  { results, rounds, emptyMs, networkMs, uncapped }: VerificationReport,
  table: Table = toTable,
): string {
  const header = [
    'wholly cold verification',
    '/start ms',
    '/check-code ms',
    '/proof ms',
    'tap to completed ms',
    '× two empty',
    '× SDK Lambda',
    'cold although warmed',
  ];
  const rows = results.map((it) => [
    it.name,
    spread(it.startMs, 0),
    spread(it.checkCodeMs, 0),
    it.proofMs.count === 0 ? '–' : spread(it.proofMs, 0),
    spread(it.completedMs, 0),
    spread(it.toEmpty, 2),
    spread(it.toSdkLambda, 2),
    Object.entries(it.cold)
      .filter(([name, count]) => it.isWarmed && name !== 'start' && count > 0)
      .map(([name, count]) => `${name} ${count}`)
      .join(', '),
  ]);
  const note = `${rounds} rounds; ${uncapped ?? 'CPU as the memory buys it, after INIT'}. Two empty handlers, INIT and first request each: ${spread(emptyMs, 0)} ms. ×: /start and /check-code less the ${fixed(networkMs, 0)} ms in which DynamoDB, Vonage and the socket answer, within a round. The last column: in how many rounds a request came before the warm-up was through.`;
  const [deployed] = results;
  const goal = deployed && deployed.toEmpty.median <= GOAL_TO_EMPTY ? 'reached' : 'missed';
  const verdict = `Goal, at most ${GOAL_TO_EMPTY} × two empty handlers: ${goal}.`;
  return `${table(header, rows)}\n\n${note}\n\n${verdict}`;
}

/** Of what is deployed, which is the first row. */
const GOAL_TO_EMPTY = 2.2;

/** @param cost of the functions' CPU; where it was not measured, the prices are missing */
export function printMemory(
  report: VerificationReport,
  cost: CostReport | undefined,
  table: Table = toTable,
): string {
  const header = [
    'function',
    ...MEMORY_SIZES.map((size) => `wait ms, ${size} MB`),
    ...MEMORY_SIZES.slice(1).map((size) => `${size} MB saves %`),
    ...MEMORY_SIZES.map((size) => `$, ${size} MB`),
    'by the rule',
  ];
  const rows = compareMemory(report, cost?.paths[0]).map((it) => [
    it.name,
    ...it.waitMs.map((ms) => fixed(ms, 0)),
    ...it.savedShares.map((share) => fixed(100 * share, 1)),
    ...it.dollars.map((each) => fixed(each, 2)),
    `${it.chosen} MB`,
  ]);
  return `${table(header, rows)}\n\nwait: the first event of a function in a cold verification, warmed together. saves: of all that a user waits for, against the size before. $: Lambda's time of that function in a million happy verifications. The rule: the smallest size at which the next one saves less than 10 %.`;
}

/** The heaviest functions of each, one table. */
export function printProfile(
  { results, invocations }: ProfileReport,
  table: Table = toTable,
): string {
  const header = results.flatMap(({ name }) => [name, '%']);
  const rows = (results[0]?.heaviest ?? []).map((_, place) =>
    results.flatMap(({ heaviest }) => {
      const { name = '', where = '', share = Number.NaN } = heaviest[place] ?? {};
      return [`${name}: ${where}`, fixed(100 * share, 1)];
    }),
  );
  const cpu = results.map(({ name, cpuMs }) => `${name} ${fixed(cpuMs, 2)}`).join(', ');
  return `${table(header, rows)}\n\n${invocations} warm requests each, in one process. CPU ms of one, with the profiler: ${cpu}.`;
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
    ['SQS requests', 'queueRequests', 1],
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
  const goals = paths.map(({ path, total }) => {
    const target = TARGET_DOLLARS[path];
    return `${path} ≤ $${target} ${total <= target ? 'reached' : 'missed'}`;
  });
  return [
    table(header, rows),
    '',
    `goals: ${goals.join(', ')}; list prices of ${prices.region}, ${prices.asOf}`,
    '',
    table(['counted per verification', ...paths.map(({ path }) => path)], counts),
    '',
    table([`$ per month, ${metricSeries} metric series`, ''], fixedCosts),
  ].join('\n');
}

function spread({ median, low, high }: Measured, digits: number): string {
  return `${fixed(median, digits)} (${fixed(low, digits)}–${fixed(high, digits)})`;
}
