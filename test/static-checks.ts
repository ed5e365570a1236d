/** The checks that do not run the code: types, lint, format. */

import { spawn } from 'node:child_process';
import { progress } from '../shared/command/progress.ts';

interface Check {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
}

const STATIC_CHECKS: readonly Check[] = [
  { name: 'types', command: ['tsc', '--noEmit', '-p', '.'] },
  { name: 'lint and format', command: ['biome', 'ci', '--error-on-warnings', '.'] },
];

/** Runs all of them at once; returns which of them passed. */
export function runStaticChecks(): Promise<readonly boolean[]> {
  progress(STATIC_CHECKS.map(({ name }) => name).join(', '));
  return Promise.all(STATIC_CHECKS.map(run));
}

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
