/** A mutant: one mitigation taken out of the source text. */

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

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

/** Why a mutant cannot be applied, or fails no test for certain; undefined: it fits. */
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
