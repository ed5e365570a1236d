/**
 * `npm run mutation -- [--only RULE|NAME]… [--list] [--json]`: applies one mutant at a time and shows
 * which test fails. Exits with 1 when a mutant survives, or no longer fits its source. `--list` only
 * shows the mutants and whether they fit.
 */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { flag, texts } from '../../../shared/command/options.ts';
import { progress } from '../../../shared/command/progress.ts';
import { readCommandLine } from '../../../shared/command/run-command.ts';
import { UsageError } from '../../../shared/command/usage-error.ts';
import { copyProject, type ProjectCopy } from '../../fixtures/project-copy.ts';
import { applyMutant, type Mutant, misfitOf, readMutants } from './mutants.ts';
import { runTests, type Verdict } from './trial.ts';

interface Trial {
  readonly mutant: Mutant;
  readonly verdict: Verdict;
  readonly seconds: number;
}

const PARALLEL = 2;
/** For all tests together, on the unchanged source. */
const SOUND_TIMEOUT_MS = 1_200_000;

const USAGE = `Takes out one mitigation at a time and shows which test notices; exits with 1 when none does.

npm run mutation [-- options]

  --only <name>   this mutant, or those of this rule; may be repeated
  --list          names the mutants and runs nothing
  --json          the report as JSON`;

const MUTANTS = readMutants();
const { values } = readCommandLine({
  usage: USAGE,
  options: {
    only: { ...texts(), read: (names) => names.flatMap(find) },
    list: flag(),
    json: flag(),
  },
});
const chosen = values.only.length > 0 ? values.only : MUTANTS;
const misfits = chosen.flatMap((mutant) => misfitOf(mutant, '.') ?? []);
if (values.list) for (const { rule, name } of chosen) console.log(`${rule.padEnd(15)} ${name}`);
if (misfits.length > 0) console.error(misfits.join('\n'));
if (values.list || misfits.length > 0) process.exit(misfits.length > 0 ? 1 : 0);
progress('running the tests on the unchanged sources');
const startedAt = performance.now();
// Mutants live in copies, so that nobody ever runs or commits one by mistake.
const copies = Array.from({ length: Math.min(PARALLEL, chosen.length) }, () => copyProject('test'));
process.once('SIGINT', () => process.exit(130));
process.once('exit', () => {
  for (const { remove } of copies) remove();
});

// A test that fails on the unchanged source proves nothing about a mutant.
const all = [...new Set(chosen.flatMap(({ tests }) => tests))];
const sound = await runTests(copies[0]?.folder ?? '.', all, SOUND_TIMEOUT_MS);
if (sound.outcome !== 'passed') {
  console.error(`the tests do not pass as they are: ${JSON.stringify(sound, null, 2)}`);
  process.exit(1);
}

const waiting = [...chosen];
const trials: Trial[] = [];
await Promise.all(copies.map(workIn));
report();

function find(wanted: string): readonly Mutant[] {
  const found = MUTANTS.filter(({ name, rule }) => name === wanted || rule === wanted);
  if (found.length === 0) throw new UsageError(`names no mutant: ${wanted}`);
  return found;
}

async function workIn({ folder, undo }: ProjectCopy): Promise<void> {
  for (let mutant = waiting.shift(); mutant; mutant = waiting.shift()) {
    const begunAt = performance.now();
    writeFileSync(join(folder, mutant.file), applyMutant(mutant, folder));
    const verdict = await runTests(folder, mutant.tests);
    undo(mutant.file);
    const trial = { mutant, verdict, seconds: (performance.now() - begunAt) / 1000 };
    trials.push(trial);
    if (!values.json) console.log(toLine(trial));
  }
}

function isKilled(verdict: Verdict): boolean {
  return verdict.outcome === 'failed' || verdict.outcome === 'timeout';
}

function report(): void {
  const survivors = trials.filter(({ verdict }) => !isKilled(verdict));
  const seconds = (performance.now() - startedAt) / 1000;
  if (values.json) {
    const counts = {
      mutants: trials.length,
      killed: trials.length - survivors.length,
      survivors: survivors.length,
      seconds: Math.round(seconds),
    };
    const inOrder = MUTANTS.flatMap((mutant) => trials.filter((trial) => trial.mutant === mutant));
    console.log(JSON.stringify({ ...counts, trials: inOrder.map(toJson) }, null, 2));
  } else {
    console.log(
      `${trials.length} mutants, ${survivors.length} survived, ${seconds.toFixed(0)} s` +
        survivors.map(({ mutant }) => `\n  ${mutant.rule} ${mutant.name}`).join(''),
    );
  }
  process.exitCode = survivors.length > 0 ? 1 : 0;
}

function toJson({ mutant: { name, rule, file }, verdict, seconds }: Trial): object {
  return { name, rule, mutated: file, seconds: Number(seconds.toFixed(1)), ...verdict };
}

function toLine({ mutant: { rule, name }, verdict, seconds }: Trial): string {
  const start = isKilled(verdict) ? 'killed  ' : 'SURVIVED';
  return `${start} ${rule.padEnd(15)} ${name} (${seconds.toFixed(1)} s): ${explain(verdict)}`;
}

function explain(verdict: Verdict): string {
  switch (verdict.outcome) {
    case 'failed':
      return `${verdict.file} > ${verdict.test}`;
    case 'timeout':
      return 'the tests did not end';
    case 'broken':
      return `no test could run: ${verdict.output}`;
    default:
      return 'no test noticed';
  }
}
