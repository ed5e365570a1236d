/** The log of every verification: what it holds, who owns it, and the writes that exist. */

import type { VerificationEvent } from '../events.ts';

/** The app's bearer token: its verification, and the SHA-256 of the token. */
export interface ClientToken {
  readonly requestId: string;
  readonly hash: Uint8Array;
}

/** An open WebSocket: `<connected at, epoch ms>#<connection id>`. */
export type Connection = string;

/** The stored item: the log and its connections. */
export interface Entry {
  readonly requestId: string;
  readonly events: readonly VerificationEvent[];
  readonly connections: readonly Connection[];
  /** Absent while only webhooks have arrived. */
  readonly clientTokenHash?: Uint8Array;
}

/** Whether the token belongs to the item; an item that holds only webhooks belongs to no token. */
export function isOwnedBy({ clientTokenHash }: Entry, { hash }: ClientToken): boolean {
  return (
    clientTokenHash !== undefined &&
    clientTokenHash.length === hash.length &&
    clientTokenHash.every((byte, index) => byte === hash[index])
  );
}

/**
 * `appended`: the event is the last of `entry.events`; `repeated`: the same fact was there
 * before; `full`: no room for it; `unauthorized`: another client token owns the verification.
 */
export type Appended =
  | { readonly outcome: 'appended' | 'repeated' | 'full'; readonly entry: Entry }
  | { readonly outcome: 'unauthorized' };

export interface VerificationLog {
  /**
   * One conditional write; safe to repeat. With a token hash it writes only to a verification that
   * this token owns.
   */
  readonly append: (
    requestId: string,
    event: VerificationEvent,
    clientTokenHash?: Uint8Array,
  ) => Promise<Appended>;
  /** Strongly consistent. */
  readonly find: (requestId: string) => Promise<Entry | undefined>;
  /** Registers the connection and reads the item in one write. */
  readonly subscribe: (
    token: ClientToken,
    connection: Connection,
  ) => Promise<{ readonly outcome: 'subscribed' | 'full'; readonly entry: Entry } | undefined>;
  /** Removes a connection; safe to repeat. */
  readonly forget: (requestId: string, connection: Connection) => Promise<void>;
}
