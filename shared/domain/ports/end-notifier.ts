/** Notifies your own systems. */

import type { Verification } from '../verification.ts';
import type { Entry } from './verification-log.ts';

/** Publishes that a verification ended; never throws, returns whether it was published. */
export interface EndNotifier {
  readonly notify: (entry: Entry, verification: Verification) => Promise<boolean>;
}
