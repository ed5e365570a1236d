/** A queue that delivers a message at a given time. The clock works through it. */

export interface ClockMessage {
  readonly requestId: string;
  /** Index of the step that ran when the message was sent. */
  readonly step: number;
}

export interface ClockQueue {
  /**
   * Delivers the message at `atMs` (epoch ms) or up to 900 s from now, whichever is earlier; at
   * least once, in any order. One try, never throws; returns whether it was sent.
   */
  readonly send: (message: ClockMessage, atMs: number) => Promise<boolean>;
}
