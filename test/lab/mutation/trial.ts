/** Runs test files in a copy of the tree and tells which test failed first. */

import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

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
  const child = spawn(
    process.execPath,
    [
      VITEST,
      'run',
      '--config=test/vitest.config.ts',
      '--project=unit',
      '--project=lab',
      // The limit of the whole trial ends a mutant that hangs.
      '--bail=1',
      '--testTimeout=60000',
      '--maxWorkers=1',
      '--no-cache',
      '--reporter=json',
      `--outputFile.json=${reportFile}`,
      ...files,
    ],
    { cwd: tree, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const output: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => output.push(chunk));
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    child.kill('SIGKILL');
  }, timeoutMs);
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  clearTimeout(timer);
  if (isLate) return { outcome: 'timeout' };
  const results = existsSync(reportFile) ? readResults(reportFile) : [];
  const failed = firstFailure(results, tree);
  if (failed) return { outcome: 'failed', ...failed };
  const unheard = files.filter((file) => !results.some(({ name }) => name.endsWith(`/${file}`)));
  if (code === 0 && unheard.length === 0) return { outcome: 'passed' };
  const words = [...unheard.map((file) => `${file} did not run`), Buffer.concat(output).toString()];
  return { outcome: 'broken', output: words.join('\n').slice(-2000) };
}

function readResults(reportFile: string): Report['testResults'] {
  const { testResults }: Report = JSON.parse(readFileSync(reportFile, 'utf8'));
  return testResults;
}

function firstFailure(
  testResults: Report['testResults'],
  tree: string,
): { readonly test: string; readonly file: string } | undefined {
  for (const { name, assertionResults } of testResults) {
    const failed = assertionResults.find(({ status }) => status === 'failed');
    if (failed) {
      const [, file = name] = name.split(`${tree}/`);
      return { test: failed.fullName, file };
    }
  }
  return undefined;
}
