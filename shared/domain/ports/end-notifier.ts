/** Tells your own systems that a verification ended. */

import type { Verification } from '../verification.ts';
import type { Entry } from './verification-log.ts';

/** Tells the company's own systems that a verification ended; never throws, tells whether it did. */
export interface EndNotifier {
  readonly notify: (entry: Entry, verification: Verification) => Promise<boolean>;
}
