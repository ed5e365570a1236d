/** Randomness, passed in. */

export interface Random {
  /** A new id of 8 characters of `[A-Za-z0-9_-]`, unique within one verification. */
  readonly attemptId: () => string;
  /** 16 random bytes as 22 characters base64url: stands for an idempotency key that was not sent. */
  readonly nonce: () => string;
}
