/**
 * The log of every verification: an item of the table `Verifications`, written with one conditional
 * `UpdateItem` per event and no read before it (design §4).
 */

import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  UpdateItemCommand,
  type UpdateItemCommandInput,
  type UpdateItemCommandOutput,
} from '@aws-sdk/client-dynamodb';
import { VERIFICATION_ATTRIBUTES } from '../../config.ts';
import { Problem } from '../../domain/errors.ts';
import type { VerificationEvent } from '../../domain/events.ts';
import type {
  Appended,
  ClientToken,
  Clock,
  Connection,
  Entry,
  VerificationLog,
} from '../../domain/ports.ts';
import { callDependency } from '../dependency-failure.ts';
import { appendInput, type Row } from './append-input.ts';
import { checkUrlFingerprint, fingerprint } from './fingerprint.ts';
import { type Item, isOwnedBy, toEntry } from './verification-item.ts';

const { requestId: KEY, connections, clientTokenHash } = VERIFICATION_ATTRIBUTES;

/** More sockets than one phone and its next network need. */
const MAX_CONNECTIONS = 5;

export interface VerificationLogOptions {
  readonly client: DynamoDBClient;
  /** Name of the table `Verifications`. */
  readonly table: string;
  readonly clock: Clock;
}

export function createVerificationLog(options: VerificationLogOptions): VerificationLog {
  const store = createStore(options);
  return {
    append: (requestId, event, tokenHash) => append(store, { requestId, event, tokenHash }),
    find: async (requestId) => {
      const item = await store.read(requestId);
      return item && toEntry(requestId, item);
    },
    subscribe: (token, connection) => subscribe(store, token, connection),
    forget: (requestId, connection) => forget(store, requestId, connection),
  };
}

interface Store {
  readonly clock: Clock;
  readonly read: (requestId: string) => Promise<Item | undefined>;
  /** The item after the write, or `undefined` when the condition failed. */
  readonly update: (
    requestId: string,
    input: Omit<UpdateItemCommandInput, 'TableName' | 'Key' | 'ReturnValues'>,
  ) => Promise<Item | undefined>;
}

function createStore({ client, table, clock }: VerificationLogOptions): Store {
  return {
    clock,
    read: async (requestId) => {
      const command = new GetItemCommand({
        TableName: table,
        Key: { [KEY]: { S: requestId } },
        ConsistentRead: true,
      });
      const { Item: item } = await callDependency('DynamoDB', () => client.send(command));
      return item;
    },
    update: async (requestId, input) => {
      const command = new UpdateItemCommand({
        TableName: table,
        Key: { [KEY]: { S: requestId } },
        ReturnValues: 'ALL_NEW',
        ...input,
      });
      try {
        const written = await callDependency<UpdateItemCommandOutput>('DynamoDB', () =>
          client.send(command),
        );
        return written.Attributes ?? {};
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return undefined;
        throw error;
      }
    },
  };
}

async function append(store: Store, row: Row): Promise<Appended> {
  const { requestId, event, tokenHash } = row;
  const written = await store.update(requestId, appendInput(row, store.clock.now()));
  if (written) return { outcome: 'appended', entry: toEntry(requestId, written) };

  const item = await store.read(requestId);
  if (tokenHash && !mayWrite(item, event, tokenHash)) return { outcome: 'unauthorized' };
  if (!item) {
    throw new Problem('dependency_unavailable', 'the item vanished between write and read');
  }
  const seen = new Set(item.seen?.SS);
  if (seen.has(fingerprint(event))) {
    return { outcome: 'repeated', entry: toEntry(requestId, item) };
  }
  if (event.type === 'started' && event.checkUrl !== undefined) {
    const { checkUrl, ...withoutCheckUrl } = event;
    if (seen.has(checkUrlFingerprint(checkUrl))) {
      return append(store, { ...row, event: withoutCheckUrl });
    }
  }
  return { outcome: 'full', entry: toEntry(requestId, item) };
}

/** `started` also takes over an item that only webhooks have made. */
function mayWrite(
  item: Item | undefined,
  event: VerificationEvent,
  tokenHash: Uint8Array,
): boolean {
  if (event.type === 'started' && !item?.[clientTokenHash]) return true;
  return isOwnedBy(item, tokenHash);
}

async function subscribe(
  store: Store,
  { requestId, hash }: ClientToken,
  connection: Connection,
): Promise<{ readonly outcome: 'subscribed' | 'full'; readonly entry: Entry } | undefined> {
  const written = await store.update(requestId, {
    UpdateExpression: 'ADD #connections :new',
    ConditionExpression:
      '#hash = :hash AND (attribute_not_exists(#connections) OR ' +
      'size(#connections) < :max OR contains(#connections, :connection))',
    ExpressionAttributeNames: { '#connections': connections, '#hash': clientTokenHash },
    ExpressionAttributeValues: {
      ':new': { SS: [connection] },
      ':connection': { S: connection },
      ':hash': { B: hash },
      ':max': { N: String(MAX_CONNECTIONS) },
    },
  });
  if (written) return { outcome: 'subscribed', entry: toEntry(requestId, written) };
  const item = await store.read(requestId);
  if (!item || !isOwnedBy(item, hash)) return undefined;
  return { outcome: 'full', entry: toEntry(requestId, item) };
}

/** An item that TTL has removed is not made again. */
async function forget(store: Store, requestId: string, connection: Connection): Promise<void> {
  await store.update(requestId, {
    UpdateExpression: 'DELETE #connections :old',
    ConditionExpression: 'attribute_exists(#key)',
    ExpressionAttributeNames: { '#connections': connections, '#key': KEY },
    ExpressionAttributeValues: { ':old': { SS: [connection] } },
  });
}
