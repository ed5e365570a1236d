/** The report for people: tables for a terminal, or in Markdown. */

import type { ColdReport } from './cold/measure.ts';
import { type CostReport, TARGET_DOLLARS } from './cost/measure.ts';
import type { PathCost } from './cost/path-cost.ts';
import type { GrowthResult } from './load/growth.ts';
import type { ProfileReport } from './profile/measure.ts';
import type { Report } from './report.ts';
import type { Measured } from './statistics.ts';
import { fixed, type Table, tabulate } from './table.ts';
import type { TrickReport } from './tricks/measure.ts';
import { MEMORY_SIZES, type VerificationReport } from './verification/measure.ts';
import { compareMemory } from './verification/memory.ts';

/**
 * By name, of what was measured; the memory sizes are a part of the verifications.
 * @param knownCost prices the functions' CPU; without it the prices of memory sizes are missing
 */
export function printSections(
  { cold, verification, tricks, profile, growth, cost }: Report,
  table: Table,
  knownCost = cost,
): Readonly<Record<keyof Report | 'memory', string | undefined>> {
  return {
    cold: cold && printCold(cold, table),
    verification: verification && printVerifications(verification, table),
    memory: verification && printMemory(verification, knownCost, table),
    tricks: tricks && printTricks(tricks, table),
    profile: profile && printProfile(profile, table),
    growth: growth && printGrowth(growth.results, table),
    cost: cost && printCost(cost, table),
  };
}

function printCold(report: ColdReport, table: Table): string {
  const { results, memoryMegabytes, rounds, uncapped } = report;
  const cap = uncapped ?? `CPU of ${memoryMegabytes} MB after INIT`;
  const text = tabulate(table, results, [
    ['cold start', (it) => it.name],
    ['KB', (it) => fixed(it.bytes / 1024, 0)],
    ['gzip', (it) => fixed(it.gzipBytes / 1024, 0)],
    ['init ms', (it) => spread(it.initMs, 0)],
    ['first ms', (it) => spread(it.firstMs, 0)],
    ['warm ms', (it) => spread(it.warmMs, 1)],
    ['RSS MB', (it) => fixed(it.residentMegabytes.median, 0)],
    ['init ×', (it) => fixed(it.initRatio, 2)],
    ['init+first ×', (it) => fixed(it.initAndFirstRatio, 2)],
    ['× of peer', (it) => optional(it.initAndFirstToPeer, 2)],
    ['warm overhead ms', (it) => optional(it.warmOverheadMs, 1)],
  ]);
  return `${text}\n\n${rounds} rounds, interleaved; ${cap}. ×: against the empty handler started right before.`;
}

function printTricks({ results }: TrickReport, table: Table): string {
  const percent = (saved: Measured, whole: number): string =>
    fixed((100 * saved.median) / (whole + saved.median), 0);
  const text = tabulate(table, results, [
    ['saved by', (it) => it.name],
    ['pairs', (it) => String(it.pairs)],
    ['CPU ms, init + first', ({ saved }) => spread(saved.cpuMs, 1)],
    ['%', ({ saved, whole }) => percent(saved.cpuMs, whole.cpuMs)],
    ['wait ms, init + first', ({ saved }) => spread(saved.waitMs, 1)],
    ['%', ({ saved, whole }) => percent(saved.waitMs, whole.waitMs)],
    ['first ms', ({ saved }) => spread(saved.firstMs, 1)],
    ['warm CPU ms', ({ saved }) => spread(saved.warmCpuMs, 2)],
    ['%', ({ saved, whole }) => percent(saved.warmCpuMs, whole.warmCpuMs)],
  ]);
  return `${text}\n\nstart; interleaved pairs; median and quartiles of the differences. AWS is 1 ms away, Vonage 40 ms, over TLS. CPU: all threads. wait: INIT without the time that other programs had the CPU, and the first request with the CPU of 512 MB.`;
}

/** Of what is deployed, which is the first row. */
const GOAL_TO_EMPTY = 2.2;

function printVerifications(report: VerificationReport, table: Table): string {
  const { results, rounds, emptyMs, networkMs, uncapped } = report;
  const text = tabulate(table, results, [
    ['wholly cold verification', (it) => it.name],
    ['/start ms', (it) => spread(it.startMs, 0)],
    ['/check-code ms', (it) => spread(it.checkCodeMs, 0)],
    ['/proof ms', (it) => (it.proofMs.count === 0 ? '–' : spread(it.proofMs, 0))],
    ['tap to completed ms', (it) => spread(it.completedMs, 0)],
    ['× two empty', (it) => spread(it.toEmpty, 2)],
    ['× SDK Lambda', (it) => spread(it.toSdkLambda, 2)],
    [
      'cold although warmed',
      (it) =>
        Object.entries(it.cold)
          .filter(([name, count]) => it.isWarmed && name !== 'start' && count > 0)
          .map(([name, count]) => `${name} ${count}`)
          .join(', '),
    ],
  ]);
  const note = `${rounds} rounds; ${uncapped ?? 'CPU as the memory buys it, after INIT'}. Two empty handlers, INIT and first request each: ${spread(emptyMs, 0)} ms. ×: /start and /check-code less the ${fixed(networkMs, 0)} ms in which DynamoDB, Vonage and the socket answer, within a round. The last column: in how many rounds a request came before the warm-up was through.`;
  const [deployed] = results;
  const goal = deployed && deployed.toEmpty.median <= GOAL_TO_EMPTY ? 'reached' : 'missed';
  return `${text}\n\n${note}\n\nGoal, at most ${GOAL_TO_EMPTY} × two empty handlers: ${goal}.`;
}

function printMemory(
  report: VerificationReport,
  cost: CostReport | undefined,
  table: Table,
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
function printProfile({ results, invocations }: ProfileReport, table: Table): string {
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

function printGrowth(results: readonly GrowthResult[], table: Table): string {
  const text = tabulate(table, results, [
    ['in flight', (it) => String(it.inFlight)],
    ['completed', (it) => String(it.completed)],
    ['per s', (it) => fixed(it.perSecond, 1)],
    ['CPU ms each', (it) => fixed(it.cpuMs, 1)],
    ['gateway', (it) => fixed(it.gatewayCpuMs, 1)],
    ['store', (it) => fixed(it.storeCpuMs, 1)],
  ]);
  const failures = results.flatMap((it) => it.failures.map((why) => `${it.inFlight}: ${why}`));
  return [text, ...failures].join('\n');
}

function printCost({ paths, monthly, metricSeries, prices }: CostReport, table: Table): string {
  const row = (label: string, digits: number, of: (path: PathCost) => number): string[] => [
    label,
    ...paths.map((path) => fixed(of(path), digits)),
  ];
  const { dollars = {}, variants = {} } = paths[0] ?? {};
  const parts = Object.keys(dollars).toSorted(
    (one, other) => (dollars[other] ?? 0) - (dollars[one] ?? 0),
  );
  const rows = [
    ...parts.map((part) => row(part, 2, (path) => path.dollars[part] ?? 0)),
    row('all', 2, (path) => path.total),
    ...Object.keys(variants).map((name) =>
      row(`all, ${name}`, 2, (path) => path.variants[name] ?? 0),
    ),
  ];
  const counts = [
    row('HTTP requests', 1, ({ usage }) => usage.httpRequests),
    row('WebSocket messages and handshakes', 1, ({ usage }) => usage.messages),
    row('Lambda invocations', 1, ({ usage }) => usage.invocations),
    row('SQS requests', 1, ({ usage }) => usage.queueRequests),
    row('Lambda CPU ms', 1, ({ usage }) => usage.cpuMs),
    row('Lambda network ms, assumed', 0, ({ usage }) => usage.waitMs),
    row('request line bytes', 0, ({ usage }) => usage.logLineBytes),
    row('metric line bytes', 0, ({ usage }) => usage.metricBytes),
    row('access log bytes', 0, ({ usage }) => usage.accessLogBytes),
    row('DynamoDB requests', 1, ({ usage }) => usage.dynamodb.requests),
    row('DynamoDB writeUnits', 1, ({ usage }) => usage.dynamodb.writeUnits),
    row('DynamoDB readUnits', 1, ({ usage }) => usage.dynamodb.readUnits),
    row('DynamoDB refused', 1, ({ usage }) => usage.dynamodb.refused),
  ];
  const fixedCosts = Object.entries(monthly).map(([name, each]) => [name, fixed(each, 2)]);
  const names = paths.map(({ path }) => path);
  const goals = paths.map(({ path, total }) => {
    const target = TARGET_DOLLARS[path];
    return `${path} ≤ $${target} ${total <= target ? 'reached' : 'missed'}`;
  });
  return [
    table(['$ per million verifications', ...names], rows),
    `goals: ${goals.join(', ')}; list prices of ${prices.region}, ${prices.asOf}`,
    table(['counted per verification', ...names], counts),
    table([`$ per month, ${metricSeries} metric series`, ''], fixedCosts),
  ].join('\n\n');
}

function spread({ median, low, high }: Measured, digits: number): string {
  return `${fixed(median, digits)} (${fixed(low, digits)}–${fixed(high, digits)})`;
}

function optional(value: number | undefined, digits: number): string {
  return value === undefined ? '' : fixed(value, digits);
}
