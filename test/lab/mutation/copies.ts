/** Private copies of the tree, so that nobody ever runs or commits a mutant by mistake. */

import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** Everything that a test may import, read or run. */
const COPIED = [
  ...['docs', 'functions', 'infra', 'shared', 'test'],
  ...['cdk.json', 'package.json', 'package-lock.json', 'tsconfig.json'],
];

export interface Copies {
  readonly trees: readonly string[];
  readonly remove: () => void;
}

export function createCopies(count: number): Copies {
  const folder = mkdtempSync(join(tmpdir(), 'silent-auth-mutation-'));
  const trees = Array.from({ length: count }, (_, index) => join(folder, String(index)));
  for (const tree of trees) {
    mkdirSync(tree);
    for (const name of COPIED) cpSync(name, join(tree, name), { recursive: true });
    symlinkSync(resolve('node_modules'), join(tree, 'node_modules'), 'junction');
  }
  return { trees, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
