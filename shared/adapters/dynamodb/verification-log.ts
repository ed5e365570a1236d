/**
 * The log of every verification: an item of the table `Verifications`, written with one conditional
 * `UpdateItem` per event and no read before it.
 */

import { isDeepStrictEqual } from 'node:util';
import { VERIFICATION_ATTRIBUTES } from '../../config.ts';
import { Problem } from '../../domain/errors.ts';
import type { VerificationEvent } from '../../domain/events.ts';
import { factKeys } from '../../domain/fact-keys.ts';
import type { Clock } from '../../domain/ports/clock.ts';
import {
  type Appended,
  type ClientToken,
  type Connection,
  type Entry,
  isOwnedBy,
  type VerificationLog,
} from '../../domain/ports/verification-log.ts';
import { type AppendRow, toAppend } from './append.ts';
import { encodeEvent } from './event-codec.ts';
import { createTable, type Item, type Table, type TableOptions } from './table.ts';
import { toEntry } from './verification-item.ts';

const { requestId: KEY, events: EVENTS, connections, clientTokenHash } = VERIFICATION_ATTRIBUTES;

/** Most open sockets of one verification. A phone that changes networks needs fewer. */
const MAX_CONNECTIONS = 5;

const isOwned = '#hash = :hash';
const hasRoomForConnection =
  '(attribute_not_exists(#connections) OR size(#connections) < :max OR ' +
  'contains(#connections, :connection))';
/** Keeps the write from creating an item again that TTL has removed. */
const stillExists = 'attribute_exists(#key)';

/** `table` is the name of the table `Verifications`. */
export interface VerificationLogOptions extends TableOptions {
  readonly clock: Clock;
}

export function createVerificationLog(options: VerificationLogOptions): VerificationLog {
  const table = createTable(options, KEY);
  const { clock } = options;
  return {
    append: (requestId, event, tokenHash) =>
      append(table, { requestId, event, tokenHash }, clock.now()),
    find: async (requestId) => {
      const item = await table.read(requestId);
      return item && toEntry(requestId, item);
    },
    subscribe: (token, connection) => subscribe(table, token, connection),
    forget: (requestId, connection) => forget(table, requestId, connection),
  };
}

async function append(table: Table, row: AppendRow, nowMs: number): Promise<Appended> {
  const { requestId, event, tokenHash } = row;
  const written = await table.tryToWrite(requestId, toAppend(row, nowMs));
  if (written.item) return { outcome: 'appended', entry: toEntry(requestId, written.item) };

  const item = await table.read(requestId);
  const entry = item && toEntry(requestId, item);
  if (tokenHash && !mayWrite(entry, event, { requestId, hash: tokenHash }))
    return { outcome: 'unauthorized' };
  if (!item || !entry) {
    throw new Problem('dependency_unavailable', 'the item vanished between write and read');
  }
  const seen = new Set(item.seen?.SS);
  const [ownKey, checkUrlKey] = factKeys(event);
  if (seen.has(ownKey)) {
    const own = written.tries > 1 && asAnswered(item, event);
    return own
      ? { outcome: 'appended', entry: toEntry(requestId, own) }
      : { outcome: 'repeated', entry };
  }
  if (event.type === 'started' && checkUrlKey !== undefined && seen.has(checkUrlKey)) {
    const { checkUrl: _, ...withoutCheckUrl } = event;
    return append(table, { ...row, event: withoutCheckUrl }, nowMs);
  }
  return { outcome: 'full', entry };
}

/**
 * The item as the lost answer to our own write showed it, or `undefined` if somebody else wrote the
 * fact. An equal event of another function in the same millisecond is taken for ours.
 */
function asAnswered(item: Item, event: VerificationEvent): Item | undefined {
  const stored = item[EVENTS]?.L ?? [];
  const own = encodeEvent(event);
  const length = stored.findIndex((one) => isDeepStrictEqual(one, own)) + 1;
  return length > 0 ? { ...item, [EVENTS]: { L: stored.slice(0, length) } } : undefined;
}

/** `started` also takes over an item that a webhook has created. */
function mayWrite(
  entry: Entry | undefined,
  { type }: VerificationEvent,
  token: ClientToken,
): boolean {
  if (type === 'started' && entry?.clientTokenHash === undefined) return true;
  return entry !== undefined && isOwnedBy(entry, token);
}

async function subscribe(
  table: Table,
  token: ClientToken,
  connection: Connection,
): Promise<{ readonly outcome: 'subscribed' | 'full'; readonly entry: Entry } | undefined> {
  const { requestId, hash } = token;
  const written = await table.write(requestId, {
    update: 'ADD #connections :new',
    condition: `${isOwned} AND ${hasRoomForConnection}`,
    names: { '#connections': connections, '#hash': clientTokenHash },
    values: {
      ':new': { SS: [connection] },
      ':connection': { S: connection },
      ':hash': { B: hash },
      ':max': { N: String(MAX_CONNECTIONS) },
    },
  });
  if (written) return { outcome: 'subscribed', entry: toEntry(requestId, written) };
  const item = await table.read(requestId);
  const entry = item && toEntry(requestId, item);
  return entry && isOwnedBy(entry, token) ? { outcome: 'full', entry } : undefined;
}

async function forget(table: Table, requestId: string, connection: Connection): Promise<void> {
  await table.write(requestId, {
    update: 'DELETE #connections :old',
    condition: stillExists,
    names: { '#connections': connections, '#key': KEY },
    values: { ':old': { SS: [connection] } },
  });
}
