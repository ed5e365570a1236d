/** One invariant that one run broke. */

export interface Violation {
  /** The invariant of `docs/security.md`. */
  readonly invariant: string;
  readonly message: string;
  /** The verification it is about, when it is about one. */
  readonly requestId?: string;
  /** What its facts mention, when it is not about one verification. */
  readonly about?: string;
  /** When it was broken, if that is known. */
  readonly atMs?: number;
}
