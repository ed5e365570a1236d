/** How many starts a caller, a number, a mailbox or a block of numbers may have within a window. */

/** The caller of a start: the authorizer's subject if there is one, else the source address. */
export interface Caller {
  readonly address: string;
  readonly subject?: string;
}

export interface CountedOn {
  /**
   * `address` and `subject` belong to the caller; the others belong to the person behind the
   * number.
   */
  readonly limit: 'address' | 'subject' | 'phone_number' | 'email' | 'prefix';
  readonly value: string;
  readonly caller: Caller;
}

/** `spent`: the limit, or the caller's share of it, is used up until `endsAtMs`. */
export type Counted =
  | { readonly outcome: 'counted' }
  | { readonly outcome: 'spent'; readonly endsAtMs: number };

export interface RateLimits {
  /**
   * Counts one start within the limit's window. After a fault it may be counted twice, but never
   * not at all.
   */
  readonly count: (on: CountedOn, nowMs: number) => Promise<Counted>;
  /**
   * Gives one count back; `nowMs` is the time of that count. Not safe to repeat, so the write is
   * never retried: if it is lost, the start stays counted.
   */
  readonly giveBack: (on: CountedOn, nowMs: number) => Promise<void>;
}
