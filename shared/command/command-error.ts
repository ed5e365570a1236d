/** A fault that the user of a command can correct: shown as one sentence, without a stack trace. */
export class CommandError extends Error {
  override readonly name: string = 'CommandError';
}
