/**
 * `npm run bench`: cold starts, what a user waits for, growth; with `--cost` what a million
 * verifications costs instead. Prints tables, writes `reports/bench.json`. Never fails because of a time.
 */

import { choices, flag, integer } from '../../../shared/command/options.ts';
import { readCommandLine } from '../../../shared/command/run-command.ts';
import { measureColdStarts } from './cold.ts';
import { measureCost } from './cost/measure.ts';
import { measureGrowth } from './growth.ts';
import { measureProfile } from './profile/measure.ts';
import {
  addToReport,
  documentReport,
  type Measured,
  REPORT_FILE,
  readReport,
  toText,
} from './report.ts';
import { measureTricks } from './tricks/measure.ts';
import { measureVerifications } from './verification/measure.ts';

const SECTIONS = ['cold', 'verification', 'tricks', 'profile', 'growth', 'cost'] as const;
const USAGE = `Measures cold starts, what a user waits for, and growth; never fails because of a time.

npm run bench [-- options]

  --quick               fewer rounds, up to 100 in flight
  --cost                what a million verifications costs, and nothing else
  --only <a,b>          some of ${SECTIONS.join(', ')}
  --rounds <number>     of cold starts (5), verifications and tricks (15)
  --document            measures nothing: writes the last report's tables into docs/performance.md`;

const { values: options } = readCommandLine({
  usage: USAGE,
  options: {
    quick: flag(),
    cost: flag(),
    document: flag(),
    rounds: integer({ min: 1, max: 1_000 }),
    only: choices(SECTIONS),
  },
});
const { quick, rounds = quick ? 2 : undefined } = options;
/** What measures each section, and what belongs to it. */
const MEASURE: Readonly<
  Record<(typeof SECTIONS)[number], () => Promise<Readonly<Record<string, Measured>>>>
> = {
  cold: async () => ({ cold: await measureColdStarts(rounds ?? 5) }),
  verification: () => measureVerifications(rounds ?? 15, readReport().cost?.functions),
  tricks: async () => ({ tricks: await measureTricks(rounds ?? 15) }),
  profile: async () => ({ profile: await measureProfile() }),
  growth: async () => ({ growth: await measureGrowth(quick ? [10, 100] : [10, 100, 1000, 5000]) }),
  cost: async () => ({ cost: await measureCost(quick ? 10 : 40) }),
};

if (options.document) {
  documentReport();
} else {
  const chosen = options.only ?? (options.cost ? ['cost'] : ['cold', 'verification', 'growth']);
  for (const name of SECTIONS.filter((each) => chosen.includes(each))) {
    // Kept at once: a later section that is interrupted takes nothing with it.
    for (const [part, measured] of Object.entries(await MEASURE[name]())) {
      addToReport(part, measured);
      console.log(`\n${toText(measured.parts, true)}`);
    }
  }
  console.log(`\nwritten to ${REPORT_FILE}`);
}
process.exit(0); // sockets that are kept alive would hold the process for a while
