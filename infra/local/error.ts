/** A fault of the local stack that its user can do something about: shown as one line, without a stack. */
export class LocalStackError extends Error {
  override readonly name = 'LocalStackError';
}
