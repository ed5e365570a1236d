/**
 * `npm run mutation -- [--only RULE|NAME]… [--list]`: applies one mutant at a time and shows which
 * test fails. Exits with 1 when a mutant survives, or no longer fits its source. `--list` only shows
 * the mutants and whether they fit.
 */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { flag, texts } from '../../../shared/command/options.ts';
import { progress } from '../../../shared/command/progress.ts';
import { readCommandLine } from '../../../shared/command/run-command.ts';
import { UsageError } from '../../../shared/command/usage-error.ts';
import { copyProject, type ProjectCopy } from '../../fixtures/project-copy.ts';
import { applyMutant, type Mutant, misfitOf, readMutants } from './mutants.ts';
import { runTests } from './trial.ts';

const PARALLEL = 2;
/** For all tests together, on the unchanged source. */
const SOUND_TIMEOUT_MS = 1_200_000;

const MUTANTS = readMutants();
const { values } = readCommandLine({
  usage: `Takes out one mitigation at a time and shows which test notices; exits with 1 when none does.

npm run mutation [-- options]

  --only <name>   this mutant, or those of this rule; may be repeated
  --list          names the mutants and runs nothing`,
  options: {
    only: { ...texts(), read: (names) => names.flatMap(find) },
    list: flag(),
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
  console.error(`the tests do not pass as they are: ${sound.detail}`);
  process.exit(1);
}

const waiting = [...chosen];
const survivors: Mutant[] = [];
await Promise.all(copies.map(workIn));
console.log(
  `${chosen.length} mutants, ${survivors.length} survived, ${secondsSince(startedAt, 0)} s` +
    survivors.map(({ rule, name }) => `\n  ${rule} ${name}`).join(''),
);
process.exitCode = survivors.length > 0 ? 1 : 0;

function find(wanted: string): readonly Mutant[] {
  const found = MUTANTS.filter(({ name, rule }) => name === wanted || rule === wanted);
  if (found.length === 0) throw new UsageError(`names no mutant: ${wanted}`);
  return found;
}

async function workIn({ folder, undo }: ProjectCopy): Promise<void> {
  for (let mutant = waiting.shift(); mutant; mutant = waiting.shift()) {
    const { rule, name, file, tests } = mutant;
    const begunAt = performance.now();
    writeFileSync(join(folder, file), applyMutant(mutant, folder));
    const { outcome, detail } = await runTests(folder, tests);
    undo(file);
    const isKilled = outcome === 'failed' || outcome === 'timeout';
    if (!isKilled) survivors.push(mutant);
    const start = isKilled ? 'killed  ' : 'SURVIVED';
    console.log(`${start} ${rule.padEnd(15)} ${name} (${secondsSince(begunAt, 1)} s): ${detail}`);
  }
}

function secondsSince(atMs: number, digits: number): string {
  return ((performance.now() - atMs) / 1000).toFixed(digits);
}
