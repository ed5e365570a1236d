/**
 * DynamoDB in memory, as far as our two tables use it: the real adapters send it their real commands.
 * `store-model.test.ts` holds it against a real engine.
 */

import {
  ConditionalCheckFailedException,
  GetItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { type Item, parseCondition, parseUpdate } from './expression.ts';

export interface MemoryDynamoDb {
  /** Carries out one command; throws what DynamoDB throws. */
  readonly execute: (command: unknown) => { readonly Item?: Item; readonly Attributes?: Item };
  /** What a table holds, by key. */
  readonly items: (table: string) => ReadonlyMap<string, Item>;
  /** What TTL does, sooner or later. */
  readonly expire: (nowMs: number) => void;
}

export function createMemoryDynamoDb(): MemoryDynamoDb {
  const tables = new Map<string, Map<string, Item>>();
  const tableOf = (name = ''): Map<string, Item> => {
    const table = tables.get(name) ?? new Map<string, Item>();
    tables.set(name, table);
    return table;
  };

  const write = ({ input }: UpdateItemCommand): { readonly Attributes: Item } => {
    const key = input.Key ?? {};
    const table = tableOf(input.TableName);
    const item = table.get(keyOf(key));
    const bindings = {
      names: input.ExpressionAttributeNames ?? {},
      values: input.ExpressionAttributeValues ?? {},
    };
    const { ConditionExpression: condition } = input;
    if (condition !== undefined && !conditionOf(condition)(item ?? {}, bindings)) {
      const message = 'The conditional request failed';
      throw new ConditionalCheckFailedException({ message, $metadata: {} });
    }
    const written = updateOf(input.UpdateExpression ?? '')(item ?? key, bindings);
    table.set(keyOf(key), written);
    return { Attributes: written };
  };

  return {
    execute: (command) => {
      if (command instanceof UpdateItemCommand) return write(command);
      if (!(command instanceof GetItemCommand)) throw new Error('a command that nobody may send');
      if (!command.input.ConsistentRead) throw new Error('a read that is not consistent');
      const item = tableOf(command.input.TableName).get(keyOf(command.input.Key ?? {}));
      return item ? { Item: item } : {};
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

function keyOf(key: Item): string {
  const [value] = Object.values(key);
  if (value?.S === undefined) throw new Error('a key that is not a string');
  return value.S;
}

const conditionOf = remembered(parseCondition);
const updateOf = remembered(parseUpdate);

/** Each expression is parsed once. */
function remembered<T>(parse: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    const parsed = known.get(text) ?? parse(text);
    known.set(text, parsed);
    return parsed;
  };
}
