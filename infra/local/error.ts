import { CommandError } from '../../shared/command/command-error.ts';

/** A fault of the local stack that its user can do something about: shown as one line, without a stack. */
export class LocalStackError extends CommandError {
  override readonly name = 'LocalStackError';
}
