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

import { globSync, readFileSync } from 'node:fs';
import type { Mutant } from './mutant.ts';

const FOLDER = 'test/lab/mutation/mutants';

/** The mutants of all files, in the order of their names. */
export function readMutants(): readonly Mutant[] {
  return globSync(`${FOLDER}/*.mutants`)
    .toSorted()
    .flatMap((file) => parseMutants(readFileSync(file, 'utf8')));
}

function parseMutants(text: string): readonly Mutant[] {
  return text
    .split(/^(?=== )/m)
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
