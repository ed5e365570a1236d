/** A validated body of `POST /start` with its header. */

import type { Channel } from './workflow.ts';

export interface StartRequest {
  /** E.164 with its `+`. */
  readonly phoneNumber: string;
  /** Empty: what was given is not an address, which matters to a workflow that uses it. */
  readonly email?: string;
  readonly channels?: readonly Channel[];
  /** `language[-script][-region]` in lower case. */
  readonly locale?: string;
  readonly nonce?: string;
  readonly result: 'json' | 'redirect';
  readonly idempotencyKey?: string;
}
