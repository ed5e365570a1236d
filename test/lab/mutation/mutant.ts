/** A mutant: one mitigation taken out of the source text. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Mutant {
  readonly name: string;
  /** The row of the threat model that it breaks: an invariant (S, L), a threat (T), a fault (R). */
  readonly rule: `${'S' | 'T' | 'R' | 'L'}${string}`;
  /** From the top of the tree. */
  readonly file: string;
  /** Stands exactly once in the file. */
  readonly find: string;
  readonly replace: string;
  /** The test files that must notice. */
  readonly tests: readonly string[];
}

/** The mutated source. Throws when the mutant does not fit the source any more. */
export function applyMutant({ name, file, find, replace }: Mutant, tree: string): string {
  const source = readFileSync(join(tree, file), 'utf8');
  const pieces = source.split(find);
  if (pieces.length !== 2) {
    throw new Error(`mutant "${name}": its text stands ${pieces.length - 1} times in ${file}`);
  }
  return pieces.join(replace);
}
