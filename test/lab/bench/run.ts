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
import { measureGrowth } from './load/growth.ts';
import { printSections } from './print.ts';
import { measureProfile } from './profile/measure.ts';
import { addToReport, describeRun, REPORT_FILE, type Report, readReport } from './report.ts';
import { toTable } from './table.ts';
import { measureTricks, withKnown } from './tricks/measure.ts';
import { measureVerifications } from './verification/measure.ts';

const THOROUGH = {
  rounds: { cold: 5, verification: 15 },
  inFlight: [10, 100, 1000, 5000],
  costs: 40,
};
const QUICK: typeof THOROUGH = {
  rounds: { cold: 2, verification: 2 },
  inFlight: [10, 100],
  costs: 10,
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
/** What measures each section, in the order in which they run. */
const MEASURE = {
  cold: () => measureColdStarts(options.rounds ?? scale.rounds.cold, progress),
  verification: () => measureVerifications(options.rounds ?? scale.rounds.verification, progress),
  tricks: async () => {
    const { pairs, warm: warmRequests, tricks } = options;
    const only = tricks === '' ? [] : tricks.split(',');
    const found = await measureTricks({ pairs, warmRequests, only }, progress);
    return withKnown(found, readReport().tricks);
  },
  profile: () => measureProfile(progress),
  growth: () => measureGrowth(options['in-flight'] ?? scale.inFlight, progress),
  cost: () => measureCost(scale.costs, progress),
};

if (options.document) {
  documentReport(readReport());
} else {
  const chosen = options.only ?? (options.cost ? ['cost'] : ['cold', 'verification', 'growth']);
  const report = {};
  for (const name of SECTIONS.filter((each) => chosen.includes(each))) {
    const section: Report = { [name]: { ...describeRun(), ...(await MEASURE[name]()) } };
    // Kept at once: a later section that is interrupted takes nothing with it.
    addToReport(section);
    Object.assign(report, section);
    if (options.json) continue;
    for (const text of Object.values(printSections(section, toTable, readReport().cost))) {
      if (text !== undefined) console.log(`\n${text}`);
    }
  }
  console.log(options.json ? JSON.stringify(report, null, 2) : `\nwritten to ${REPORT_FILE}`);
}
process.exit(0); // sockets that are kept alive would hold the process for a while
