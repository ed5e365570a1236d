/** The claims of one start, from taking them until the start is recorded. */

import type { IdempotentStart } from '../../domain/ports/idempotency-records.ts';
import type { CountedOn } from '../../domain/ports/rate-limits.ts';
import type { Entry } from '../../domain/ports/verification-log.ts';

/** Everything that a start holds while it calls Vonage. */
export interface Claimed {
  readonly outcome: 'claimed';
  readonly start: IdempotentStart;
  /** The limits that have counted this start, in the windows of `nowMs`. */
  readonly counted: readonly CountedOn[];
  readonly nowMs: number;
  /** The outcome of an earlier start with the same key is unknown: Vonage may have its request. */
  readonly isTakeover: boolean;
  /** A request in flight at Vonage can only belong to this start. */
  readonly mayAdopt: boolean;
  /** The previous verification of the number: it has ended here but may still run at Vonage. */
  readonly previous?: Entry;
}
