/**
 * `npm run bench`: cold starts, what a user waits for, growth; with `--cost` what a million
 * verifications costs instead. Prints tables, writes `reports/bench.json`. Never fails because of a time.
 */

import { choices, flag, integer, integers, text } from '../../../shared/command/options.ts';
import { progress } from '../../../shared/command/progress.ts';
import { readCommandLine } from '../../../shared/command/run-command.ts';
import { measureColdStarts } from './cold/measure.ts';
import { measureCost } from './cost/measure.ts';
import { documentReport } from './document.ts';
import { startBenchStack } from './load/bench-stack.ts';
import { measureGrowth } from './load/growth.ts';
import {
  printCold,
  printCost,
  printGrowth,
  printMemory,
  printProfile,
  printTricks,
  printVerifications,
} from './print.ts';
import { measureProfile } from './profile/measure.ts';
import { addToReport, describeRun, REPORT_FILE, type Report, readReport } from './report.ts';
import { measureTricks, withKnown } from './tricks/measure.ts';
import { measureVerifications } from './verification/measure.ts';

const THOROUGH = {
  coldRounds: 5,
  verificationRounds: 15,
  growth: [10, 100, 1000, 5000],
  costCount: 40,
};
const QUICK: typeof THOROUGH = {
  coldRounds: 2,
  verificationRounds: 2,
  growth: [10, 100],
  costCount: 10,
};

const SECTIONS = ['cold', 'verification', 'tricks', 'profile', 'growth', 'cost'] as const;
const USAGE = `Measures cold starts, what a user waits for, and growth; never fails because of a time.

npm run bench [-- options]

  --quick               fewer rounds, up to 100 in flight
  --cost                what a million verifications costs, and nothing else
  --only <a,b>          some of ${SECTIONS.join(', ')}
  --rounds <number>     of cold starts (5) or verifications (15)
  --pairs <number>      of each trick (15)
  --warm <number>       requests after the first one of each start (20)
  --tricks <a,b>        some of them (tricks/tricks.ts)
  --in-flight <a,b>     how many verifications wait at once in the growth section: 10,1000
  --json                the report on stdout instead of the tables
  --document            measures nothing: writes the last report's tables into docs/performance.md`;

const { values: options } = readCommandLine({
  usage: USAGE,
  options: {
    quick: flag(),
    cost: flag(),
    json: flag(),
    document: flag(),
    rounds: integer({ min: 1, max: 1_000 }),
    only: choices(SECTIONS),
    'in-flight': integers({ min: 1, max: 100_000 }),
    pairs: integer({ min: 1, max: 1_000 }, 15),
    warm: integer({ min: 0, max: 10_000 }, 20),
    tricks: text(''),
  },
});
const scale = options.quick ? QUICK : THOROUGH;
const inFlight = options['in-flight'] ?? scale.growth;
const report: { -readonly [section in keyof Report]: Report[section] } = {};

if (options.document) {
  documentReport(readReport());
} else {
  await run(toSections(options));
  console.log(options.json ? JSON.stringify(report, null, 2) : `\nwritten to ${REPORT_FILE}`);
}
process.exit(0); // sockets that are kept alive would hold the process for a while

function toSections({ only, cost }: typeof options): readonly string[] {
  if (only) return only;
  return cost ? ['cost'] : ['cold', 'verification', 'growth'];
}

async function run(sections: readonly string[]): Promise<void> {
  if (sections.includes('cold')) {
    const cold = await measureColdStarts(options.rounds ?? scale.coldRounds, progress);
    finish({ cold: { ...describeRun(), ...cold } }, printCold(cold));
  }
  if (sections.includes('verification')) {
    const rounds = options.rounds ?? scale.verificationRounds;
    const verification = await measureVerifications(rounds, progress);
    const { cost } = readReport();
    const memory = printMemory(verification, cost);
    const text = `${printVerifications(verification)}\n\n${memory}`;
    finish({ verification: { ...describeRun(), ...verification } }, text);
  }
  if (sections.includes('tricks')) {
    const { pairs, warm: warmRequests, tricks: names } = options;
    const only = names === '' ? [] : names.split(',');
    const found = await measureTricks({ pairs, warmRequests, only }, progress);
    const tricks = withKnown(found, readReport().tricks);
    finish({ tricks: { ...describeRun(), ...tricks } }, printTricks(found));
  }
  if (sections.includes('profile')) {
    const profile = await measureProfile(progress);
    finish({ profile: { ...describeRun(), ...profile } }, printProfile(profile));
  }
  if (sections.includes('growth')) {
    const bench = await startBenchStack();
    try {
      const results = await measureGrowth(bench, inFlight, progress);
      finish({ growth: { ...describeRun(), results } }, printGrowth(results));
    } finally {
      await bench.close();
    }
  }
  if (sections.includes('cost')) {
    const cost = await measureCost(scale.costCount, progress);
    finish({ cost: { ...describeRun(), ...cost } }, printCost(cost));
  }
}

/** Kept at once: a later section that is interrupted takes nothing with it. */
function finish(section: Report, text: string): void {
  Object.assign(report, section);
  addToReport(section);
  if (!options.json) console.log(`\n${text}`);
}
