/**
 * DynamoDB in memory, as far as our two tables use it: dynalite's rules, but everything happens at
 * once. The real adapters send it their real commands.
 */

import { createRequire } from 'node:module';
import {
  type AttributeValue,
  ConditionalCheckFailedException,
  GetItemCommand,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';

export type Item = Readonly<Record<string, AttributeValue>>;

type Output = { readonly [member in 'Item' | 'Attributes']?: Item };

export interface MemoryDynamoDb {
  /** Carries out one command; throws what the SDK throws. */
  readonly execute: (command: unknown) => Output;
  /** The same, with bytes in base64 as they are on the wire. */
  readonly executeOnWire: (command: unknown) => Output;
  /** What a table holds, by key. */
  readonly items: (table: string) => ReadonlyMap<string, Item>;
  /** What TTL does, sooner or later. */
  readonly expire: (nowMs: number) => void;
}

type Input = Omit<UpdateItemCommandInput, 'Key'>;
type Done = (error?: Error | null, result?: unknown) => void;
type UpdateItem = (store: object, input: object, done: Done) => void;
/** Adds to a command what its expressions mean; returns what is wrong with them. */
type AddMeaning = (input: object) => string | undefined;
type Parsed = Input & { readonly _updates: { readonly sections: readonly object[] } };

const require = createRequire(import.meta.url);
const updateItem: UpdateItem = require('dynalite/actions/updateItem.js');
const {
  custom: addMeaning,
}: { custom: AddMeaning } = require('dynalite/validations/updateItem.js');

export function createMemoryDynamoDb(): MemoryDynamoDb {
  const tables = new Map<string, Map<string, Item>>();
  const tableOf = (name = ''): Map<string, Item> => {
    const table = tables.get(name) ?? new Map<string, Item>();
    tables.set(name, table);
    return table;
  };

  const update = ({ Key = {}, ...input }: UpdateItemCommandInput): Output => {
    const items = tableOf(input.TableName);
    updateItem(storeOf(items, Key), { ...parse(input), Key: { ...Key } }, (error) => {
      if (error?.message.startsWith('The conditional request')) {
        throw new ConditionalCheckFailedException({ message: error.message, $metadata: {} });
      }
      if (error) throw error;
    });
    return { Attributes: items.get(keyOf(Key)) ?? {} };
  };

  const executeOnWire = (command: unknown): Output => {
    if (command instanceof UpdateItemCommand) return update(command.input);
    if (!(command instanceof GetItemCommand)) throw new Error('a command that nobody may send');
    if (!command.input.ConsistentRead) throw new Error('a read that is not consistent');
    const Item = tableOf(command.input.TableName).get(keyOf(command.input.Key));
    return Item ? { Item } : {};
  };

  return {
    executeOnWire,
    execute: (command) => {
      const { Item, Attributes } = executeOnWire(command);
      return {
        ...(Item && { Item: mapBytes(Item, fromBase64) }),
        ...(Attributes && { Attributes: mapBytes(Attributes, fromBase64) }),
      };
    },
    items: (name) => tableOf(name),
    expire: (nowMs) => {
      for (const table of tables.values()) {
        for (const [key, { ttl }] of table) {
          if (ttl && Number(ttl.N) * 1000 <= nowMs) table.delete(key);
        }
      }
    },
  };
}

/** What dynalite sees of the table that has an item with this key. It calls back at once. */
function storeOf(items: Map<string, Item>, key: Item): object {
  const [AttributeName = ''] = Object.keys(key);
  const table = {
    AttributeDefinitions: [{ AttributeName, AttributeType: 'S' }],
    KeySchema: [{ AttributeName, KeyType: 'HASH' }],
  };
  const itemDb = {
    lock: (_: string, run: (release: (done: Done) => Done) => void) => run((done) => done),
    get: (_: string, found: Done) => found(null, items.get(keyOf(key))),
    put: (_: string, item: Item, done: Done) => {
      // A copy: what dynalite puts shares members with the command.
      items.set(keyOf(key), JSON.parse(JSON.stringify(item)));
      done();
    },
  };
  return {
    options: { maxItemSize: 400 * 1024 },
    getTable: (_: string, found: Done) => found(null, table),
    getItemDb: () => itemDb,
  };
}

const known = new Map<string, Parsed>();

/**
 * A command with what its expressions mean. dynalite's parser takes longer than all the rest of a
 * simulation: each pair of expressions is read once, and gets the values of every later command.
 */
function parse({ ExpressionAttributeValues: given = {}, ...input }: Input): Parsed {
  const values = mapBytes(given, toBase64);
  const expressions = JSON.stringify(input);
  const parsed =
    known.get(expressions) ??
    read({
      ...input,
      ...(Object.keys(values).length > 0 && { ExpressionAttributeValues: values }),
    });
  known.set(expressions, parsed);
  for (const [name, value] of Object.entries(values)) {
    Object.assign(parsed.ExpressionAttributeValues?.[name] ?? {}, value);
  }
  const sections = parsed._updates.sections.map((section) => ({ ...section }));
  return { ...parsed, _updates: { ...parsed._updates, sections } };
}

function read(input: Input): Parsed {
  const wrong = addMeaning(input);
  if (wrong !== undefined) throw new Error(wrong);
  return input as Parsed;
}

function keyOf(key: Item = {}): string {
  const [value] = Object.values(key);
  if (value?.S === undefined) throw new Error('a key that is not a string');
  return value.S;
}

/** dynalite holds bytes as base64; in our tables only a member of an item itself is bytes. */
function mapBytes(item: Item, convert: (bytes: unknown) => unknown): Item {
  const members = Object.entries(item).map(([name, value]) => {
    return [name, value.B ? { B: convert(value.B) } : value];
  });
  return Object.fromEntries(members);
}

function toBase64(bytes: unknown): string {
  return bytes instanceof Uint8Array ? Buffer.from(bytes).toString('base64') : String(bytes);
}

function fromBase64(text: unknown): Uint8Array {
  return Buffer.from(String(text), 'base64');
}
