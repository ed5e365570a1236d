import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The CDK is large, and a template that one file has synthesized serves the next. */
const TEMPLATES = ['test/unit/infra/aws/**/*.test.ts', 'test/unit/docs/runbooks.test.ts'];
/** Nothing in them outlives a file, but for two that replace a module for all who import it later. */
const CLEAN = [
  'test/unit/shared/{contract,domain,lambda,usecases}/**/*.test.ts',
  'test/unit/shared/adapters/**/!(payload-hash|edge-check).test.ts',
  'test/unit/infra/local/**/*.test.ts',
  'test/unit/docs/**/!(runbooks).test.ts',
  'test/lab/mutation/**/*.test.ts',
  'test/unit/*.test.ts',
];
/** Whole-system tests share one running stack. */
const SYSTEM = ['test/system/*.test.ts'];

/** Else a first run goes by the size of the files, and ends with a long one that was small. */
const LONG = /(checks|phone-page|vonage[\w-]*|alarm-drill|bad-input|operators|demo)\.test\.ts$/;

class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isShort = ({ moduleId }: TestSpecification): number => (LONG.test(moduleId) ? 0 : 1);
    const sorted = await super.sort(files);
    return sorted.toSorted((one, other) => isShort(one) - isShort(other));
  }
}

/** A worker costs a second of CPU: the files of a project share a few, where they can. */
// biome-ignore lint/style/noDefaultExport: vitest reads the default export
export default defineConfig({
  test: {
    root: '.',
    reporters: ['dot'],
    silent: 'passed-only',
    // Of `concurrent` ones: more browser tabs than that only wait for each other.
    maxConcurrency: 2,
    // Half of the time a test waits, for a process or a timer; a third costs more than it brings.
    maxWorkers: Math.min(8, 2 * availableParallelism()),
    sequence: { sequencer: LongFirst },
    testTimeout: 30_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 10_000 } },
    projects: [
      {
        extends: true,
        test: { name: 'templates', include: TEMPLATES, isolate: false, unstubEnvs: true },
      },
      {
        extends: true,
        test: { name: 'clean', include: CLEAN, isolate: false },
      },
      {
        extends: true,
        test: {
          name: 'alone',
          include: ['test/**/*.test.ts'],
          exclude: [...TEMPLATES, ...CLEAN, ...SYSTEM],
        },
      },
      {
        extends: true,
        test: {
          name: 'system',
          sequence: { groupOrder: 1 },
          include: SYSTEM,
          isolate: false,
          unstubEnvs: true,
          globalSetup: ['test/system/stack.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
