/** The result of one write or read of a log, with its fold. */

import type { VerificationEvent } from '../domain/events.ts';
import { type Folded, fold } from '../domain/fold.ts';
import type { Appended, Entry, VerificationLog } from '../domain/ports/verification-log.ts';
import { unauthorized } from './refusals.ts';

export interface Recorded {
  readonly entry: Entry;
  /** The fold of `entry` at `atMs`. */
  readonly folded: Folded;
  /** Time of the write or read, epoch milliseconds. */
  readonly atMs: number;
}

export interface Written extends Recorded {
  readonly outcome: Exclude<Appended, { outcome: 'unauthorized' }>['outcome'];
}

/**
 * Appends one event to a started verification and folds the log after the write. With a token hash
 * it throws `client_token_invalid` unless the token owns the verification.
 */
export async function record(
  { log }: { readonly log: VerificationLog },
  requestId: string,
  event: VerificationEvent,
  tokenHash?: Uint8Array,
): Promise<Written> {
  const appended = await log.append(requestId, event, tokenHash);
  if (appended.outcome === 'unauthorized') throw unauthorized();
  return { outcome: appended.outcome, ...toRecorded(appended.entry, event.atMs) };
}

/** `entry` belongs to a client, so it holds `started`. */
export function toRecorded(entry: Entry, atMs: number): Recorded {
  const folded = fold(entry.requestId, entry.events, atMs);
  if (!folded) throw new Error('a verification that nobody started was shown to a client');
  return { entry, folded, atMs };
}
