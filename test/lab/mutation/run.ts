/**
 * `npm run mutation -- [--only NAME]… [--json]`: takes out one mitigation at a time and shows which
 * test notices. Exits with 1 when a mutant survives, or cannot be judged.
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createCopies } from './copies.ts';
import { applyMutant, type Mutant } from './mutant.ts';
import { MUTANTS } from './mutants.ts';
import { runTests, type Verdict } from './trial.ts';

interface Trial {
  readonly mutant: Mutant;
  readonly verdict: Verdict;
  readonly seconds: number;
}

const PARALLEL = 2;

const { values } = parseArgs({
  options: { only: { type: 'string', multiple: true }, json: { type: 'boolean', default: false } },
});
const chosen = values.only ? values.only.map(find) : MUTANTS;
const startedAt = performance.now();
const copies = createCopies(Math.min(PARALLEL, chosen.length));
process.once('SIGINT', () => process.exit(130));
process.once('exit', copies.remove);

// A test that fails on the unchanged source proves nothing about a mutant.
const [first = '.'] = copies.trees;
const sound = await runTests(first, [...new Set(chosen.flatMap(({ tests }) => tests))]);
if (sound.outcome !== 'passed') {
  console.error(`the tests do not pass as they are: ${JSON.stringify(sound, null, 2)}`);
  process.exit(1);
}

const waiting = [...chosen];
const trials: Trial[] = [];
await Promise.all(copies.trees.map(workIn));
report();

function find(wanted: string): Mutant {
  const found = MUTANTS.find(({ name }) => name === wanted);
  if (!found) throw new Error(`there is no mutant "${wanted}"`);
  return found;
}

async function workIn(tree: string): Promise<void> {
  for (let mutant = waiting.shift(); mutant; mutant = waiting.shift()) {
    const begunAt = performance.now();
    const file = join(tree, mutant.file);
    const source = readFileSync(file, 'utf8');
    writeFileSync(file, applyMutant(mutant, tree));
    const verdict = await runTests(tree, mutant.tests);
    writeFileSync(file, source);
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
    const inOrder = trials.toSorted(
      (one, other) => MUTANTS.indexOf(one.mutant) - MUTANTS.indexOf(other.mutant),
    );
    const killed = trials.length - survivors.length;
    const counts = { mutants: trials.length, killed, survivors: survivors.length };
    console.log(
      JSON.stringify(
        { ...counts, seconds: Math.round(seconds), trials: inOrder.map(toJson) },
        null,
        2,
      ),
    );
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
  return `${start} ${rule.padEnd(4)} ${name} (${seconds.toFixed(1)} s): ${explain(verdict)}`;
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
