/** `npm test`: every check of the project, quietly; ends with one line that counts the tests. */

import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

interface Check {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
}

const STATIC_CHECKS: readonly Check[] = [
  { name: 'types', command: ['tsc', '--noEmit', '-p', '.'] },
  { name: 'lint and format', command: ['biome', 'ci', '--error-on-warnings', '.'] },
];

interface Counts {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
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
async function runTests(filters: readonly string[], folder: string): Promise<Counts> {
  const file = join(folder, 'report.json');
  const options = [
    '--config',
    'test/vitest.config.ts',
    '--reporter=json',
    `--outputFile.json=${file}`,
  ];
  const child = spawn('vitest', ['run', ...options, '--reporter=dot', ...filters], {
    stdio: 'inherit',
    env: { ...process.env, TMPDIR: folder, ...(!process.stdout.isTTY && { NO_COLOR: '1' }) },
  });
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  try {
    const counts: Counts = JSON.parse(readFileSync(file, 'utf8'));
    const isSilentFailure = code !== 0 && counts.numFailedTests === 0;
    return isSilentFailure ? { ...counts, numFailedTests: 1 } : counts;
  } catch {
    return { numPassedTests: 0, numFailedTests: 1, numPendingTests: 0 };
  }
}

const filters = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'silent-auth-test-'));
const [checks, { numPassedTests, numFailedTests, numPendingTests }] = await Promise.all([
  Promise.all(STATIC_CHECKS.map(run)),
  runTests(filters, folder),
]);
rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
const failedChecks = checks.filter((passed) => !passed).length;
const passed = numPassedTests + checks.length - failedChecks;
const failed = numFailedTests + failedChecks;
console.log(`${passed} passed, ${failed} failed, ${numPendingTests} skipped`);
process.exit(failed === 0 ? 0 : 1);
