/** What one start holds between its claims and its record. */

import type { IdempotentStart } from '../../domain/ports/idempotency-records.ts';
import type { CountedOn } from '../../domain/ports/rate-limits.ts';
import type { Entry } from '../../domain/ports/verification-log.ts';

/** All that a start holds while it asks Vonage. */
export interface Claimed {
  readonly outcome: 'claimed';
  readonly start: IdempotentStart;
  /** What has counted it, in the windows of `nowMs`. */
  readonly counted: readonly CountedOn[];
  readonly nowMs: number;
  /** A start with the same key was lost on its way: Vonage may know it already. */
  readonly isTakeover: boolean;
  /** A request that is in flight at Vonage can only be this start's own. */
  readonly mayAdopt: boolean;
  /** The verification of the number before this one: ended here, it may live on at Vonage. */
  readonly previous?: Entry;
}
