import { CommandError } from './command-error.ts';

/** A fault in the arguments of a command: shown with the command's usage. */
export class UsageError extends CommandError {
  override readonly name = 'UsageError';
}
