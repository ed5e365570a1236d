import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** Nothing in them outlives a test: they need no worker of their own each. */
const PURE = ['test/shared/{contract,domain,usecases}/**/*.test.ts'];
const SYSTEM = ['test/system/**/*.test.ts'];

const CORES = availableParallelism();
/** They compute, most of them: who waits for an answer should not wait for other tests. */
const FIRST = { sequence: { groupOrder: 0 }, maxWorkers: Math.min(8, CORES + 1) };
/** Most of the time they wait for processes that they have started. */
const LAST = { sequence: { groupOrder: 1 }, maxWorkers: Math.min(8, 2 * CORES) };

/** Whole-system tests share one running stack, so they are a project of their own. */
// biome-ignore lint/style/noDefaultExport: vitest reads the default export
export default defineConfig({
  test: {
    root: '.',
    reporters: ['dot'],
    silent: 'passed-only',
    // Of `concurrent` ones: more browser tabs than that only wait for each other.
    maxConcurrency: 2,
    projects: [
      {
        extends: true,
        test: { ...FIRST, name: 'pure', include: PURE, isolate: false, testTimeout: 20_000 },
      },
      {
        extends: true,
        test: {
          ...FIRST,
          name: 'parts',
          include: ['test/**/*.test.ts'],
          exclude: [...PURE, ...SYSTEM],
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          ...LAST,
          name: 'system',
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
