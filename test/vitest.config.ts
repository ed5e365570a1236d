import { availableParallelism } from 'node:os';
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';

/** Ends a test that hangs. The longest test takes a tenth of it on a machine ten times slower. */
const HANGS_AFTER_MS = 600_000;

/** The tests of one folder. Files share workers, because starting a worker takes a second of CPU. */
function lane(name: string, groupOrder: number, more = {}): TestProjectInlineConfiguration {
  return {
    extends: true,
    test: {
      name,
      include: [`test/${name}/**/*.test.ts`],
      isolate: false,
      sequence: { groupOrder },
      ...more,
    },
  };
}

// biome-ignore lint/style/noDefaultExport: vitest reads the default export
export default defineConfig({
  test: {
    root: '.',
    reporters: ['dot'],
    silent: 'passed-only',
    unstubEnvs: true,
    // Bounds `concurrent` tests: more browser tabs than that only wait for each other.
    maxConcurrency: 2,
    // A test waits half of its time for a process or a timer; a third worker per CPU saves nothing.
    maxWorkers: Math.min(8, 2 * availableParallelism()),
    testTimeout: HANGS_AFTER_MS,
    hookTimeout: HANGS_AFTER_MS,
    expect: { poll: { timeout: HANGS_AFTER_MS / 2 } },
    // `--coverage` includes files that no test loads.
    coverage: {
      provider: 'v8',
      include: ['functions/**/*.ts', 'shared/**/*.ts', 'infra/**/*.ts'],
      reporter: ['text-summary', 'html'],
    },
    projects: [
      lane('unit', 0),
      lane('lab', 1),
      lane('system', 2, { globalSetup: ['test/system/stack.ts'] }),
    ],
  },
});
