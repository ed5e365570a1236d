/** Sends a verification to open WebSockets. */

import type { Verification } from '../verification.ts';
import type { Connection } from './verification-log.ts';

export interface Pusher {
  /**
   * Sends to all in parallel, with one retry, in at most 2.5 s; never throws. The result names
   * connections that are gone.
   */
  readonly push: (
    connections: readonly Connection[],
    verification: Verification,
  ) => Promise<readonly PushResult[]>;
  /** Closes a connection that gave way to newer ones; never throws. */
  readonly close: (connection: Connection) => Promise<void>;
}

export interface PushResult {
  readonly connection: Connection;
  readonly outcome: 'delivered' | 'gone' | 'failed';
}
