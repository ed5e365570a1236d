/** A fault that the user of a command can mend: its message is shown as one sentence, without a stack. */
export class CommandError extends Error {
  override readonly name: string = 'CommandError';
}
