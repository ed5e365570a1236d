/** The arguments of the test commands, and how they become arguments of vitest. */

import { flag, integer, text } from '../shared/command/options.ts';

export const TEST_OPTIONS = {
  testNamePattern: { ...text(), short: 't' },
  coverage: flag(),
  shuffle: integer({ min: 0, max: 2 ** 31 - 1 }),
  maxWorkers: integer({ min: 1, max: 64 }),
};
export const TEST_USAGE = `  <path> …                 only test files whose path contains it
  -t, --testNamePattern    only tests whose name matches this regular expression
  --maxWorkers <number>    processes at a time
  --shuffle <seed>         test files in a random order; the same seed, the same order
  --coverage               measures which lines ran`;
export const ANY_PATHS = 1_000;

export interface TestArguments {
  readonly values: {
    readonly testNamePattern: string | undefined;
    readonly coverage: boolean;
    readonly shuffle: number | undefined;
    readonly maxWorkers: number | undefined;
  };
  readonly positionals: readonly string[];
}

export function toVitestArguments({ values, positionals }: TestArguments): readonly string[] {
  const { testNamePattern: pattern, coverage, shuffle, maxWorkers } = values;
  return [
    '--config',
    'test/vitest.config.ts',
    ...(pattern === undefined ? [] : ['--testNamePattern', pattern]),
    ...(coverage ? ['--coverage'] : []),
    ...(shuffle === undefined ? [] : ['--sequence.shuffle.files', `--sequence.seed=${shuffle}`]),
    ...(maxWorkers === undefined ? [] : [`--maxWorkers=${maxWorkers}`]),
    ...positionals,
  ];
}
