/**
 * `npm run bench`: cold starts, whole verifications a second, growth; with `--cost` what a million of
 * them costs instead. Prints tables, writes `reports/bench.json`. Never fails because of a time.
 *
 *   --quick               fewer rounds, up to 100 in flight
 *   --cost                the costs, and nothing else
 *   --only cold,growth    some of cold, tricks, throughput, growth, cost
 *   --pairs 15            of each trick
 *   --warm 20             requests after the first one of each start
 *   --tricks warm-up      some of them (tricks/tricks.ts)
 *   --against <folder>    instead of tricks: another checkout's bundle of `start`
 *   --rounds 3            of cold starts
 *   --in-flight 10,1000   how many verifications wait at once in the growth section
 *   --json                the report on stdout instead of the tables
 *   --document            measures nothing: the last report's tables go into docs/performance.md
 */

import { parseArgs } from 'node:util';
import { measureColdStarts } from './cold/measure.ts';
import { measureCost } from './cost/measure.ts';
import { documentReport } from './document.ts';
import { type BenchStack, startBenchStack } from './load/bench-stack.ts';
import { measureGrowth } from './load/growth.ts';
import { measureThroughput } from './load/throughput.ts';
import { printCold, printCost, printGrowth, printThroughput, printTricks } from './print.ts';
import { addToReport, describeRun, REPORT_FILE, type Report, readReport } from './report.ts';
import { measureTricks } from './tricks/measure.ts';

const THOROUGH = {
  coldRounds: 5,
  throughput: { rounds: 3, count: 120, warmUp: 400 },
  growth: [10, 100, 1000, 5000],
  costCount: 40,
};
const QUICK: typeof THOROUGH = {
  coldRounds: 2,
  throughput: { rounds: 1, count: 24, warmUp: 24 },
  growth: [10, 100],
  costCount: 10,
};

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    cost: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    document: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '' },
    only: { type: 'string', default: '' },
    'in-flight': { type: 'string', default: '' },
    pairs: { type: 'string', default: '15' },
    warm: { type: 'string', default: '20' },
    tricks: { type: 'string', default: '' },
    against: { type: 'string' },
  },
});
const scale = options.quick ? QUICK : THOROUGH;
const inFlight =
  options['in-flight'] === '' ? scale.growth : options['in-flight'].split(',').map(Number);
const report: { -readonly [section in keyof Report]: Report[section] } = {};

if (options.document) {
  documentReport(readReport());
} else {
  await run(toSections(options));
  console.log(options.json ? JSON.stringify(report, null, 2) : `\nwritten to ${REPORT_FILE}`);
}
process.exit(0); // sockets that are kept alive would hold the process for a while

function toSections({ only, cost }: { readonly only: string; readonly cost: boolean }): string[] {
  if (only !== '') return only.split(',');
  return cost ? ['cost'] : ['cold', 'throughput', 'growth'];
}

async function run(sections: readonly string[]): Promise<void> {
  if (sections.includes('cold')) {
    const cold = await measureColdStarts(Number(options.rounds) || scale.coldRounds, say);
    finish({ cold: { ...describeRun(), ...cold } }, printCold(cold));
  }
  if (sections.includes('tricks')) {
    const { pairs, warm, tricks: names, against } = options;
    const only = names === '' ? [] : names.split(',');
    const tricks = await measureTricks(
      { pairs: Number(pairs), warmRequests: Number(warm), only, ...(against && { against }) },
      say,
    );
    finish({ tricks: { ...describeRun(), ...tricks } }, printTricks(tricks));
  }
  if (sections.includes('throughput') || sections.includes('growth')) {
    const bench = await startBenchStack();
    try {
      await runLoad(bench, sections);
    } finally {
      await bench.close();
    }
  }
  if (sections.includes('cost')) {
    const cost = await measureCost(scale.costCount, say);
    finish({ cost: { ...describeRun(), ...cost } }, printCost(cost));
  }
}

async function runLoad(bench: BenchStack, sections: readonly string[]): Promise<void> {
  if (sections.includes('throughput')) {
    const throughput = await measureThroughput(bench, scale.throughput, say);
    finish({ throughput: { ...describeRun(), ...throughput } }, printThroughput(throughput));
  }
  if (sections.includes('growth')) {
    const results = await measureGrowth(bench, inFlight, say);
    finish({ growth: { ...describeRun(), results } }, printGrowth(results));
  }
}

/** Kept at once: a later section that is interrupted takes nothing with it. */
function finish(section: Report, text: string): void {
  Object.assign(report, section);
  addToReport(section);
  if (!options.json) console.log(`\n${text}`);
}

function say(line: string): void {
  if (process.stderr.isTTY || !options.json) process.stderr.write(`… ${line}\n`);
}
