import { CommandError } from './command-error.ts';

/** A fault of how a command was called: shown with the command's usage. */
export class UsageError extends CommandError {
  override readonly name = 'UsageError';
}
