/** Repeats of a start with the same idempotency key. */

/** One try of a start that can be repeated. */
export interface IdempotentStart {
  readonly idempotencyKey: string;
  /** The body in canonical form: equal for equal bodies. */
  readonly body: string;
  /** Vonage's `client_ref`, 32 hex digits: the same for every try. */
  readonly clientRef: string;
  /** `<clientRef>.<try>`: what locks are held by. */
  readonly owner: string;
  readonly tokenKeyId: string;
}

export type IdempotencyClaim =
  /**
   * `fresh`: the key is new. `again`: its earlier start was certainly refused. `takeover`: its
   * earlier start was lost, and Vonage may know it already.
   */
  | { readonly outcome: 'fresh' | 'again' | 'takeover' }
  /**
   * The start has created `requestId`. That was recorded at `recordedAtMs` (whole seconds); the
   * write to the log may follow a moment later.
   */
  | {
      readonly outcome: 'started';
      readonly requestId: string;
      readonly tokenKeyId: string;
      readonly recordedAtMs: number;
    }
  | { readonly outcome: 'in_progress'; readonly retryAtMs: number }
  | { readonly outcome: 'other_body' };

export interface IdempotencyRecords {
  readonly claim: (start: IdempotentStart, nowMs: number) => Promise<IdempotencyClaim>;
  /** The start with this key is known now; repeats are answered for 10 minutes. */
  readonly record: (start: IdempotentStart, requestId: string, nowMs: number) => Promise<void>;
  /** It is unknown whether Vonage has a request: the next repeat takes over. */
  readonly markUnknown: (start: IdempotentStart) => Promise<void>;
  readonly release: (start: IdempotentStart) => Promise<void>;
}
