/** Sends a verification to open WebSockets. */

import type { Verification } from '../verification.ts';
import type { Connection } from './verification-log.ts';

export interface Pusher {
  /** Sends to all in parallel, never throws; tells who is gone. Retries once; 2.5 s in all. */
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
