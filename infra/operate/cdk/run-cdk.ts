/** Runs the CDK command line with arguments that were already checked. */

import { spawn } from 'node:child_process';
import { CommandError } from '../../../shared/command/command-error.ts';
import { texts } from '../../../shared/command/options.ts';
import { UsageError } from '../../../shared/command/usage-error.ts';

/** The option `-c key=value`, which may be repeated. */
export const CONTEXT_OPTION = { context: texts('c') };

/** @throws UsageError for a context that is not `key=value` */
export function findStage(context: readonly string[]): string | undefined {
  const wrong = context.find((pair) => !/^[^=]+=/.test(pair));
  if (wrong !== undefined) throw new UsageError(`--context must be <key>=<value>, not ${wrong}`);
  return context.find((pair) => pair.startsWith('stage='))?.slice('stage='.length);
}

/** Shows the output of the CDK. @throws CommandError when the CDK fails */
export async function runCdk(action: string, args: readonly string[]): Promise<void> {
  const child = spawn('cdk', [action, ...args, '--no-notices'], {
    stdio: 'inherit',
    env: { ...process.env, CDK_DISABLE_CLI_TELEMETRY: 'true' },
    shell: process.platform === 'win32',
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) throw new CommandError(`cdk ${action} failed with exit code ${code}`);
}
