/** Runs test files in a copy of the tree and tells which test failed first. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

/** `broken`: no test failed and the run did not pass, which proves nothing. */
export type Verdict =
  | { readonly outcome: 'passed' }
  | { readonly outcome: 'failed'; readonly test: string; readonly file: string }
  | { readonly outcome: 'timeout' }
  | { readonly outcome: 'broken'; readonly output: string };

interface Report {
  readonly testResults: readonly {
    readonly name: string;
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

const VITEST = join('node_modules', 'vitest', 'vitest.mjs');
/** A mutant that makes the tests hang is stopped then. */
const TIMEOUT_MS = 180_000;

export async function runTests(
  tree: string,
  files: readonly string[],
  timeoutMs = TIMEOUT_MS,
): Promise<Verdict> {
  const reportFile = join(tree, 'report.json');
  rmSync(reportFile, { force: true });
  const args = [
    VITEST,
    'run',
    '--config=test/vitest.config.ts',
    '--project=unit',
    '--project=lab',
    '--bail=1',
    // The limit of the whole trial ends a mutant that hangs.
    '--testTimeout=60000',
    '--maxWorkers=1',
    '--no-cache',
    '--reporter=json',
    `--outputFile.json=${reportFile}`,
    ...files,
  ];
  const child = spawn(process.execPath, args, {
    cwd: tree,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: timeoutMs,
    killSignal: 'SIGKILL',
  });
  const closed = once(child, 'close');
  const output = await Promise.all([text(child.stdout), text(child.stderr)]);
  await closed;
  if (child.killed) return { outcome: 'timeout' };
  const report: Report = existsSync(reportFile)
    ? JSON.parse(readFileSync(reportFile, 'utf8'))
    : { testResults: [] };
  for (const { name, assertionResults } of report.testResults) {
    const failed = assertionResults.find(({ status }) => status === 'failed');
    const [, file = name] = name.split(`${tree}/`);
    if (failed) return { outcome: 'failed', test: failed.fullName, file };
  }
  const missing = files.filter(
    (file) => !report.testResults.some(({ name }) => name.endsWith(`/${file}`)),
  );
  if (child.exitCode === 0 && missing.length === 0) return { outcome: 'passed' };
  const lines = [...missing.map((file) => `${file} did not run`), ...output];
  return { outcome: 'broken', output: lines.join('\n').slice(-2000) };
}
