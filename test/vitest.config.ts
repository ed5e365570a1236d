import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

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
      {
        extends: true,
        test: {
          name: 'parts',
          include: ['test/**/*.test.ts'],
          exclude: ['test/system/**'],
          testTimeout: 20_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'system',
          include: ['test/system/**/*.test.ts'],
          globalSetup: ['test/system/stack.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
