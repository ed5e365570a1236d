/** The CDK's own command line, called with arguments that were checked before. */

import { spawn } from 'node:child_process';
import { CommandError } from '../../../shared/command/command-error.ts';
import { texts } from '../../../shared/command/options.ts';
import { UsageError } from '../../../shared/command/usage-error.ts';

/** `-c key=value`, as often as needed. */
export const CONTEXT_OPTION = { context: texts('c') };

/** @throws UsageError for a context that is not a pair */
export function findStage(context: readonly string[]): string | undefined {
  const wrong = context.find((pair) => !/^[^=]+=/.test(pair));
  if (wrong !== undefined) throw new UsageError(`--context must be <key>=<value>, not ${wrong}`);
  return context.find((pair) => pair.startsWith('stage='))?.slice('stage='.length);
}

/** Its output is shown as it comes. @throws CommandError when it does not end well */
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
  if (code !== 0) throw new CommandError(`cdk ${action} ended with ${code}`);
}
