/**
 * `npm test -- [paths] [-t name]`: static checks, both lanes and a short simulation. The last line
 * counts all of them; the two lines before it count static checks and tests.
 */

import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { readCommandLine } from '../shared/command/run-command.ts';
import { runStaticChecks } from './static-checks.ts';
import {
  ANY_PATHS,
  TEST_OPTIONS,
  TEST_USAGE,
  type TestArguments,
  toVitestArguments,
} from './vitest-command.ts';

const USAGE = `Runs static checks, both lanes of tests and a short simulation.

npm test [-- options]

${TEST_USAGE}`;

type Counts = Readonly<Record<'passed' | 'failed' | 'skipped', number>>;

interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly testResults: readonly { readonly name: string }[];
}

/** Keeps compiled code for other processes that load the same packages, and for later runs. */
process.env.NODE_COMPILE_CACHE ??= resolve('node_modules/.cache/node-compile');

/** @param folder holds the report and everything that the tests write to a temporary folder */
async function runTests(given: TestArguments, folder: string): Promise<Counts> {
  const file = join(folder, 'report.json');
  const reporters = ['--reporter=json', `--outputFile.json=${file}`, '--reporter=dot'];
  const child = spawn('vitest', ['run', ...reporters, ...toVitestArguments(given)], {
    stdio: 'inherit',
    env: { ...process.env, TMPDIR: folder, ...(!process.stdout.isTTY && { NO_COLOR: '1' }) },
  });
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  const report = readReport(file);
  const passed = report?.numPassedTests ?? 0;
  const failed = report?.numFailedTests ?? 0;
  const missing = whatMatchedNothing(given, report);
  for (const what of missing) console.log(`FAILED no test matches ${what}`);
  const isSilentFailure = code !== 0 && failed + missing.length === 0;
  return {
    passed,
    failed: failed + missing.length + (isSilentFailure ? 1 : 0),
    skipped: report?.numPendingTests ?? 0,
  };
}

function readReport(file: string): Report | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

/** A misspelt path or name must not look like a success. */
function whatMatchedNothing(
  { values, positionals }: TestArguments,
  report?: Report,
): readonly string[] {
  const files = report?.testResults.map(({ name }) => name) ?? [];
  const paths = positionals.filter((path) => !files.some((name) => name.includes(toFilter(path))));
  const ran = (report?.numPassedTests ?? 0) + (report?.numFailedTests ?? 0);
  const { testNamePattern: pattern } = values;
  return pattern === undefined || ran > 0 ? paths : [...paths, `-t ${pattern}`];
}

/** What vitest searches for: the path relative to the project, without the number of a line. */
function toFilter(path: string): string {
  return path.replace(/^\.\//, '').replace(/:\d+$/, '');
}

function count(what: string, { passed, failed, skipped }: Counts): void {
  console.log(`${what}${passed} passed, ${failed} failed, ${skipped} skipped`);
}

const given = readCommandLine({
  usage: USAGE,
  options: TEST_OPTIONS,
  maxPositionals: ANY_PATHS,
});
const folder = mkdtempSync(join(tmpdir(), 'silent-auth-test-'));
const [outcomes, tests] = await Promise.all([runStaticChecks(), runTests(given, folder)]);
rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
const checks: Counts = {
  passed: outcomes.filter(Boolean).length,
  failed: outcomes.filter((isPassed) => !isPassed).length,
  skipped: 0,
};
const failed = checks.failed + tests.failed;
count('static checks: ', checks);
count('tests: ', tests);
count('', { passed: checks.passed + tests.passed, failed, skipped: tests.skipped });
process.exit(failed === 0 ? 0 : 1);
