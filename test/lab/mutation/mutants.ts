/**
 * Reads `mutants/*.mutants`: one mutant for each row of `docs/security.md` and each rule of
 * `docs/architecture.md`, in the form
 *
 * ```
 * == the file that is changed
 * @ a test file that must fail
 *
 * T4: what is taken out
 * - the text of the file, once
 * + what replaces it
 * ```
 */

import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One mitigation taken out of the source text. */
export interface Mutant {
  readonly name: string;
  /** A row of `docs/security.md` (`T4`) or a rule of `docs/architecture.md` (`deciding 2`). */
  readonly rule: string;
  /** From the top of the tree. */
  readonly file: string;
  /** Stands exactly once in the file. */
  readonly find: string;
  readonly replace: string;
  /** The test files that must notice. */
  readonly tests: readonly string[];
}

const FOLDER = 'test/lab/mutation/mutants';

/** The mutants of all files, in the order of their names. */
export function readMutants(): readonly Mutant[] {
  return globSync(`${FOLDER}/*.mutants`)
    .toSorted()
    .flatMap((file) => readFileSync(file, 'utf8').split(/^(?=== )/m))
    .filter((section) => section.trim() !== '')
    .flatMap(parseSection);
}

/** All mutants of one file that the same tests must notice. */
function parseSection(section: string): readonly Mutant[] {
  const [head = '', ...blocks] = section.trim().split(/\n\n(?=[^-+])/);
  const [title = '', ...tests] = head.split('\n');
  return blocks.map((block) => {
    const [name = '', ...lines] = block.split('\n');
    const [, rule = '', what = ''] = /^([^:]+): (.+)$/.exec(name) ?? [];
    return {
      rule,
      name: what,
      file: title.slice('== '.length),
      find: marked(lines, '-'),
      replace: marked(lines, '+'),
      tests: tests.map((test) => test.slice('@ '.length)),
    };
  });
}

function marked(lines: readonly string[], mark: string): string {
  return lines
    .filter((line) => line.startsWith(mark))
    .map((line) => line.slice(2))
    .join('\n');
}

/** Why a mutant cannot be applied or tested; undefined when it can. */
export function misfitOf(
  { rule, name, file, find, tests }: Mutant,
  tree: string,
): string | undefined {
  const where = `${rule}: ${name}`;
  if (rule === '' || find === '' || tests.length === 0) return `${where}: incomplete`;
  const missing = [file, ...tests].find((path) => !existsSync(join(tree, path)));
  if (missing !== undefined) return `${where}: there is no ${missing}`;
  const times = readFileSync(join(tree, file), 'utf8').split(find).length - 1;
  return times === 1 ? undefined : `${where}: its text stands ${times} times in ${file}`;
}

/** The mutated source. @throws when the mutant does not fit it */
export function applyMutant(mutant: Mutant, tree: string): string {
  const misfit = misfitOf(mutant, tree);
  if (misfit !== undefined) throw new Error(misfit);
  return readFileSync(join(tree, mutant.file), 'utf8').split(mutant.find).join(mutant.replace);
}
