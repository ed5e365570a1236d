/** How every command of package.json begins and ends: a mistake is one sentence, never a stack. */

import { CommandError } from './command-error.ts';
import { type Arguments, type Options, readArguments } from './options.ts';
import { UsageError } from './usage-error.ts';

export interface Command<Given extends Options> {
  /** What it does, in a sentence; then how it is called and what each option means. */
  readonly usage: string;
  readonly options: Given;
  /** @default none */
  readonly maxPositionals?: number;
  /** Answers whether all is well; anything but false counts as yes. */
  readonly run: (given: Arguments<Given>) => unknown;
}

/**
 * Runs the command with the arguments of this process. `--help` shows the usage and does nothing else.
 * Exit code: 0 all is well, 1 the command found a fault, 2 it could not do its work.
 */
export async function runCommand<Given extends Options>(command: Command<Given>): Promise<void> {
  const argv = process.argv.slice(2);
  if (argv.includes('--help') || argv.includes('-h')) {
    console.log(command.usage);
    return;
  }
  try {
    const given = readArguments(argv, command.options, command.maxPositionals ?? 0);
    if ((await command.run(given)) === false) process.exitCode = 1;
  } catch (error) {
    process.exitCode = 2;
    console.error(toSentence(error));
    if (error instanceof UsageError) console.error(`\n${command.usage}`);
  }
}

/** A parser's message quotes what it could not read, which may be a secret. */
export function toSentence(error: unknown): string {
  if (error instanceof CommandError) return error.message;
  if (!(error instanceof Error)) return 'failed';
  if (error instanceof SyntaxError) return 'failed: something that should be JSON is not';
  const cause = error.cause instanceof Error ? ` (${toSentence(error.cause)})` : '';
  return `failed: ${error.name}: ${error.message}${cause}`;
}
