/** Runs a command of package.json: a mistake prints one sentence, never a stack trace. */

import { CommandError } from './command-error.ts';
import { type Arguments, type Options, readArguments } from './options.ts';
import { UsageError } from './usage-error.ts';

export interface CommandLine<Given extends Options> {
  /** What it does, in a sentence; then how it is called and what each option means. */
  readonly usage: string;
  readonly options: Given;
  /** @default none */
  readonly maxPositionals?: number;
}

export interface Command<Given extends Options> extends CommandLine<Given> {
  /** Runs the command; returning false means that it found a fault. */
  readonly run: (given: Arguments<Given>) => unknown;
}

/**
 * The arguments of this process. `--help` prints the usage and exits with 0. An argument that is
 * not understood prints a sentence and the usage and exits with 2. In both cases the command does
 * not run.
 */
export function readCommandLine<Given extends Options>(
  command: CommandLine<Given>,
): Arguments<Given> {
  const argv = process.argv.slice(2);
  if (argv.includes('--help') || argv.includes('-h')) {
    console.log(command.usage);
    process.exit(0);
  }
  try {
    return readArguments(argv, command.options, command.maxPositionals ?? 0);
  } catch (error) {
    if (error instanceof UsageError) refuse(command, error);
    throw error;
  }
}

/** Exit codes: 0 success, 1 the command found a fault, 2 it could not run to its end. */
export async function runCommand<Given extends Options>(command: Command<Given>): Promise<void> {
  const given = readCommandLine(command);
  try {
    if ((await command.run(given)) === false) process.exitCode = 1;
  } catch (error) {
    if (error instanceof UsageError) refuse(command, error);
    console.error(toSentence(error));
    process.exitCode = 2;
  }
}

function refuse({ usage }: CommandLine<Options>, { message }: UsageError): never {
  console.error(`${message}\n\n${usage}`);
  process.exit(2);
}

/** System errors that the user can correct. */
const CAUSES: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EACCES: 'no permission to read or write',
  EPERM: 'not permitted for this user',
  EROFS: 'the file system is read-only',
  ENOTDIR: 'a part of the path is a file, not a folder',
  EEXIST: 'a file is where a folder should be',
  EISDIR: 'a folder is where a file should be',
  EMFILE: 'too many files are open',
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'the connection was cut',
  ENOTFOUND: 'the host does not exist',
  EAI_AGAIN: 'the name server does not answer',
  ETIMEDOUT: 'no answer in time',
};

/**
 * The message of a parser is left out: it quotes the text that it could not read, which may be a
 * secret.
 */
export function toSentence(error: unknown): string {
  if (error instanceof CommandError) return error.message;
  if (!(error instanceof Error)) return 'failed';
  if (error instanceof SyntaxError) return 'failed: invalid JSON';
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const known = CAUSES[code];
  if (known !== undefined) return `failed: ${known}: ${placeOf(error)}`;
  const cause = error.cause instanceof Error ? ` (${toSentence(error.cause)})` : '';
  return `failed: ${error.name}: ${error.message}${cause}`;
}

function placeOf(error: Error): string {
  if ('path' in error && typeof error.path === 'string') return error.path;
  if ('address' in error && 'port' in error) return `${error.address}:${error.port}`;
  return error.message;
}
