import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** They replace a module, or read their variables as it loads: each needs a worker of its own. */
const APART = [
  'test/functions/{proof,start}.test.ts',
  'test/infra/aws/cognito/trigger.test.ts',
  'test/shared/adapters/aws-client.test.ts',
  'test/shared/adapters/secrets/edge-check.test.ts',
  'test/shared/adapters/vonage/payload-hash.test.ts',
  'test/shared/rehearsal.test.ts',
];
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
      { extends: true, test: { name: 'apart', include: APART, testTimeout: 20_000 } },
      {
        extends: true,
        test: {
          name: 'parts',
          include: ['test/**/*.test.ts'],
          exclude: [...APART, ...SYSTEM],
          isolate: false,
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
