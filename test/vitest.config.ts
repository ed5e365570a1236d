import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** Nothing in them outlives a test: they need no worker of their own each. */
const PURE = ['test/shared/{contract,domain,usecases}/**/*.test.ts'];
const SYSTEM = ['test/system/**/*.test.ts'];

/** Whole-system tests share one running stack, so they are a project of their own. */
// biome-ignore lint/style/noDefaultExport: vitest reads the default export
export default defineConfig({
  test: {
    root: '.',
    reporters: ['dot'],
    silent: 'passed-only',
    // Most of the time tests wait for processes that they have started.
    maxWorkers: Math.min(8, 2 * availableParallelism()),
    // Of `concurrent` ones: more browser tabs than that only wait for each other.
    maxConcurrency: 2,
    projects: [
      { extends: true, test: { name: 'pure', include: PURE, isolate: false, testTimeout: 20_000 } },
      {
        extends: true,
        test: {
          name: 'parts',
          include: ['test/**/*.test.ts'],
          exclude: [...PURE, ...SYSTEM],
          testTimeout: 20_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'system',
          include: SYSTEM,
          globalSetup: ['test/system/stack.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
