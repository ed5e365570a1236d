/** Runs test files in a copy of the tree and tells which test failed first. */

import { execFile } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

interface Verdict {
  /** `broken`: no test failed and the run did not pass, which proves nothing. */
  readonly outcome: 'passed' | 'failed' | 'timeout' | 'broken';
  /** Which test failed, or why none could. */
  readonly detail: string;
}

interface Report {
  readonly testResults: readonly {
    readonly name: string;
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

const VITEST = join('node_modules', 'vitest', 'vitest.mjs');
/** A mutant that makes the tests hang is stopped then. */
const TIMEOUT_MS = 180_000;
const MAX_OUTPUT = 100_000_000;

export async function runTests(
  tree: string,
  files: readonly string[],
  timeout = TIMEOUT_MS,
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
  const options = { cwd: tree, timeout, killSignal: 'SIGKILL', maxBuffer: MAX_OUTPUT } as const;
  const { promise: ended, resolve } = Promise.withResolvers<string>();
  const child = execFile(process.execPath, args, options, (_, ...output) =>
    resolve(output.join('\n')),
  );
  const output = await ended;
  if (child.killed) return { outcome: 'timeout', detail: 'the tests did not end' };
  const { testResults }: Report = existsSync(reportFile)
    ? JSON.parse(readFileSync(reportFile, 'utf8'))
    : { testResults: [] };
  for (const { name, assertionResults } of testResults) {
    const failed = assertionResults.find(({ status }) => status === 'failed');
    const [, file = name] = name.split(`${tree}/`);
    if (failed) return { outcome: 'failed', detail: `${file} > ${failed.fullName}` };
  }
  const missing = files.filter(
    (file) => !testResults.some(({ name }) => name.endsWith(`/${file}`)),
  );
  if (child.exitCode === 0 && missing.length === 0) {
    return { outcome: 'passed', detail: 'no test noticed' };
  }
  const lines = [...missing.map((file) => `${file} did not run`), output];
  return { outcome: 'broken', detail: `no test could run: ${lines.join('\n').slice(-2000)}` };
}
