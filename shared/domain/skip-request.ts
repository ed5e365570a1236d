/** A validated body of `POST /next-workflow`. */

import type { Channel, SkipError } from './workflow.ts';

export interface SkipRequest {
  /** The channel to skip; absent: the one that runs now, unless it has just begun. */
  readonly from?: Channel;
  readonly error?: SkipError;
}
