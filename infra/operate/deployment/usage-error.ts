/** A wrong call of a command; its message says everything the caller needs. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
