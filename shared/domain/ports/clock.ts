/** Time, passed in: the current moment, and how long outgoing calls may still begin. */

export interface Clock {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** No outgoing call begins after this moment, in epoch milliseconds. */
export interface Budget {
  readonly lastCallAtMs: number;
}
