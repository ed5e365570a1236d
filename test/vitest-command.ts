/** The arguments that commands of the tests take, and those of vitest that they make of them. */

import { flag, integer, text } from '../shared/command/options.ts';

export const TEST_OPTIONS = {
  testNamePattern: { ...text(), short: 't' },
  coverage: flag(),
  maxWorkers: integer({ min: 1, max: 64 }),
};
export const TEST_USAGE = `  <path> …                 only test files whose path contains it
  -t, --testNamePattern    only tests whose name matches this regular expression
  --maxWorkers <number>    processes at a time
  --coverage               measures which lines ran`;
/** As many paths as wanted. */
export const ANY_PATHS = 1_000;

export interface TestArguments {
  readonly values: {
    readonly testNamePattern: string | undefined;
    readonly coverage: boolean;
    readonly maxWorkers: number | undefined;
  };
  readonly positionals: readonly string[];
}

export function toVitestArguments({ values, positionals }: TestArguments): readonly string[] {
  const { testNamePattern: pattern, coverage, maxWorkers } = values;
  return [
    '--config',
    'test/vitest.config.ts',
    ...(pattern === undefined ? [] : ['--testNamePattern', pattern]),
    ...(coverage ? ['--coverage'] : []),
    ...(maxWorkers === undefined ? [] : [`--maxWorkers=${maxWorkers}`]),
    ...positionals,
  ];
}
