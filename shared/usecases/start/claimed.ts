/** The claims of one start until its record. */

import type { IdempotentStart } from '../../domain/ports/idempotency-records.ts';
import type { CountedOn } from '../../domain/ports/rate-limits.ts';
import type { Entry } from '../../domain/ports/verification-log.ts';

/** Everything that a start holds while it calls Vonage. */
export interface Claimed {
  readonly outcome: 'claimed';
  readonly start: IdempotentStart;
  /** The limits that have counted it, in the windows of `nowMs`. */
  readonly counted: readonly CountedOn[];
  readonly nowMs: number;
  /** A start with the same key was lost on its way: Vonage may know it already. */
  readonly isTakeover: boolean;
  /** A request in flight at Vonage can only belong to this start. */
  readonly mayAdopt: boolean;
  /** The previous verification of the number: it has ended here but may still run at Vonage. */
  readonly previous?: Entry;
}
