/** Runs a command: a mistake is printed as one sentence, without a stack trace or a value. */

import { UsageError } from './usage-error.ts';

/** @param command answers whether all is well */
export async function runCommand(usage: string, command: () => Promise<boolean>): Promise<void> {
  if (process.argv.includes('--help')) {
    console.log(usage);
    return;
  }
  try {
    if (!(await command())) process.exitCode = 1;
  } catch (error) {
    process.exitCode = 2;
    if (error instanceof UsageError) console.error(error.message);
    else console.error(describe(error));
  }
}

/** A parser's message quotes what it could not read, which may be a secret. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return 'failed';
  if (error instanceof SyntaxError) return 'failed: something that should be JSON is not';
  const cause = error.cause instanceof Error ? ` (${describe(error.cause)})` : '';
  return `failed: ${error.name}: ${error.message}${cause}`;
}
