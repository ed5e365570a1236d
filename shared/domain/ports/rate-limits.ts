/** How many starts a caller, a mailbox or a block of numbers may have within a window. */

/** Who asks for a start: the authorizer's subject counts before the source address. */
export interface Caller {
  readonly address: string;
  readonly subject?: string;
}

export type CountedOn = {
  readonly limit: 'address' | 'subject' | 'email' | 'prefix';
  readonly value: string;
};

/** A rate limit or a lock that refused: when it is worth asking again. */
export interface Refusal {
  readonly outcome: 'refused';
  readonly retryAtMs: number;
}

export type Counted = { readonly outcome: 'counted' } | Refusal;

export interface RateLimits {
  /** Counts one start within the limit's window. A fault may count it twice, never less. */
  readonly count: (on: CountedOn, nowMs: number) => Promise<Counted>;
  /**
   * Gives one count back; `nowMs` is that of the count. Not safe to repeat, so it is sent at most
   * once: what gets lost stays counted.
   */
  readonly giveBack: (on: CountedOn, nowMs: number) => Promise<void>;
}
