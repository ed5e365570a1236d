/**
 * `npm test -- [paths] [-t name]`: static checks, both lanes and a short simulation. The last line
 * counts all of them; the two lines before it count static checks and tests.
 */

import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

interface Check {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
}

const STATIC_CHECKS: readonly Check[] = [
  { name: 'types', command: ['tsc', '--noEmit', '-p', '.'] },
  { name: 'lint and format', command: ['biome', 'ci', '--error-on-warnings', '.'] },
];

interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly testResults: readonly { readonly name: string }[];
}

/** Of compiled code, between processes that load the same packages, and between runs. */
process.env.NODE_COMPILE_CACHE ??= resolve('node_modules/.cache/node-compile');

/** Runs one command; its output is shown only when it fails. */
async function run({ name, command }: Check): Promise<boolean> {
  const startedAt = performance.now();
  const [program, ...args] = command;
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const output: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => output.push(chunk));
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  if (code !== 0) process.stdout.write(Buffer.concat(output));
  console.log(`${code === 0 ? 'ok    ' : 'FAILED'} ${name} (${seconds} s)`);
  return code === 0;
}

/** @param folder what the tests leave in their temporary folders goes with it */
async function runTests(args: readonly string[], folder: string): Promise<Counts> {
  const file = join(folder, 'report.json');
  const options = [
    '--config',
    'test/vitest.config.ts',
    '--reporter=json',
    `--outputFile.json=${file}`,
  ];
  const child = spawn('vitest', ['run', ...options, '--reporter=dot', ...args], {
    stdio: 'inherit',
    env: { ...process.env, TMPDIR: folder, ...(!process.stdout.isTTY && { NO_COLOR: '1' }) },
  });
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  const report = readReport(file);
  const passed = report?.numPassedTests ?? 0;
  const failed = report?.numFailedTests ?? 0;
  const missing = whatMatchedNothing(args, report);
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
function whatMatchedNothing(args: readonly string[], report?: Report): readonly string[] {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { testNamePattern: { type: 'string', short: 't' } },
    allowPositionals: true,
    strict: false,
  });
  const files = report?.testResults.map(({ name }) => name) ?? [];
  const paths = positionals.filter((path) => !files.some((name) => name.includes(toFilter(path))));
  const ran = (report?.numPassedTests ?? 0) + (report?.numFailedTests ?? 0);
  const { testNamePattern: pattern } = values;
  return pattern === undefined || ran > 0 ? paths : [...paths, `-t ${pattern}`];
}

/** As vitest reads a path: relative to the project, with or without the number of a line. */
function toFilter(path: string): string {
  return path.replace(/^\.\//, '').replace(/:\d+$/, '');
}

function count(what: string, { passed, failed, skipped }: Counts): void {
  console.log(`${what}${passed} passed, ${failed} failed, ${skipped} skipped`);
}

const folder = mkdtempSync(join(tmpdir(), 'silent-auth-test-'));
const [outcomes, tests] = await Promise.all([
  Promise.all(STATIC_CHECKS.map(run)),
  runTests(process.argv.slice(2), folder),
]);
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
