/** A validated body of `POST /start` with its header. */

import type { Channel } from './workflow.ts';

export interface StartRequest {
  /** E.164 with its `+`. */
  readonly phoneNumber: string;
  /**
   * Empty when the given text is not an address; that is an error only in a workflow that sends
   * e-mail.
   */
  readonly email?: string;
  readonly channels?: readonly Channel[];
  /** `language[-script][-region]` in lower case. */
  readonly locale?: string;
  readonly nonce?: string;
  readonly result: 'json' | 'redirect';
  readonly idempotencyKey?: string;
}
