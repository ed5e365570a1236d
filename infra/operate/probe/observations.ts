/** What the probe records of each verification, without private data. */

import type { VerificationObject } from '../../../shared/contract/verification-object.ts';
import type { Opened } from './handset.ts';

/** State of a verification at its end. */
export type Stand = Pick<VerificationObject, 'status' | 'reason'> & {
  readonly isNumberVerified: boolean;
  /** True if Vonage reported the end, because our clock ends nothing before the deadline. */
  readonly isBeforeDeadline: boolean;
};

/** What the app observed of a verification. */
export interface Seen {
  readonly requestId: string;
  readonly checkUrl?: {
    readonly by: 'answer' | 'later';
    readonly host: string;
    readonly afterMs: number;
  };
  readonly opened?: Opened;
  /** Whether the handset received the request_id of the start. */
  readonly isSameRequest?: boolean;
  readonly hasLetter?: boolean;
  /** Result of a second GET of the check_url. */
  readonly openedAgain?: Opened & { readonly isSameCode: boolean };
  readonly checked?: { readonly status: number; readonly code: string };
  readonly ended?: Stand & { readonly afterMs: number };
  readonly wasPushed: boolean;
}

export interface Cancelled extends Seen {
  readonly cancelled: number;
  /** Statuses of further starts of the same number: immediately, and 35 s after the first start. */
  readonly startedAgain: number;
  readonly startedLater?: number;
}

export interface Observations {
  readonly even: Seen;
  readonly odd: Seen;
  readonly failing: Seen;
  readonly wrongCode: Seen;
  readonly earlyCode: Seen;
  /** Absent in a quick run. */
  readonly cancelledEarly?: Cancelled;
  readonly cancelledLate?: Cancelled;
  readonly untouched?: Seen;
}
