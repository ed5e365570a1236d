import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/**
 * They replace a module, read their variables as it loads, or run an engine in their own process that
 * has seconds to answer: each needs a worker of its own.
 */
const APART = [
  'test/functions/{proof,start}.test.ts',
  'test/infra/aws/cognito/trigger.test.ts',
  'test/shared/adapters/aws-client.test.ts',
  'test/shared/adapters/dynamodb/*.dynalite.test.ts',
  'test/shared/adapters/secrets/edge-check.test.ts',
  'test/shared/adapters/vonage/payload-hash.test.ts',
  'test/shared/rehearsal.test.ts',
];
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
      { extends: true, test: { ...FIRST, name: 'apart', include: APART, testTimeout: 20_000 } },
      {
        extends: true,
        test: {
          ...FIRST,
          name: 'parts',
          include: ['test/**/*.test.ts'],
          exclude: [...APART, ...SYSTEM],
          isolate: false,
          unstubEnvs: true,
          testTimeout: 20_000,
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
