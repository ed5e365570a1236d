import { CommandError } from '../../shared/command/command-error.ts';

/** A fault that the user can correct: shown as one line, without a stack trace. */
export class LocalStackError extends CommandError {
  override readonly name = 'LocalStackError';
}
