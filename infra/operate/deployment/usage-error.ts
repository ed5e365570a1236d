/** A fault of how a command was called: its message is all that the caller needs. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
