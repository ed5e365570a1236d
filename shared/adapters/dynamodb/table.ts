/** The two calls on both tables: a consistent read and a conditional write. */

import {
  type AttributeValue,
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { callDependency } from '../aws/dependency-failure.ts';

export type Item = Readonly<Record<string, AttributeValue>>;

/** Expressions of one `UpdateItem`; every attribute name in them is aliased. */
export interface ConditionalWrite {
  readonly update: string;
  readonly condition: string;
  readonly names: Record<string, string>;
  readonly values?: Record<string, AttributeValue>;
}

/** The item after the write; without one the condition failed, in the last of so many tries. */
export type Written =
  | { readonly item: Item }
  | { readonly item?: undefined; readonly tries: number };

export interface Table {
  /** Strongly consistent. */
  readonly read: (key: string) => Promise<Item | undefined>;
  /** The item after the write, or `undefined` when the condition failed. */
  readonly write: (key: string, write: ConditionalWrite) => Promise<Item | undefined>;
  /** The same for a caller that looks for its own write when a try before may have stored it. */
  readonly tryToWrite: (key: string, write: ConditionalWrite) => Promise<Written>;
}

export interface TableOptions {
  readonly client: DynamoDBClient;
  readonly table: string;
}

export function createTable({ client, table }: TableOptions, partitionKey: string): Table {
  const toKey = (key: string) => ({ TableName: table, Key: { [partitionKey]: { S: key } } });
  const tryToWrite: Table['tryToWrite'] = async (key, { update, condition, names, values }) => {
    const command = new UpdateItemCommand({
      ...toKey(key),
      UpdateExpression: update,
      ConditionExpression: condition,
      ExpressionAttributeNames: names,
      ...(values && { ExpressionAttributeValues: values }),
      ReturnValues: 'ALL_NEW',
    });
    try {
      const { Attributes: item } = await callDependency('DynamoDB', () => client.send(command));
      return { item: item ?? {} };
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      return { tries: error.$metadata.attempts ?? 1 };
    }
  };
  return {
    read: async (key) => {
      const command = new GetItemCommand({ ...toKey(key), ConsistentRead: true });
      const { Item: item } = await callDependency('DynamoDB', () => client.send(command));
      return item;
    },
    write: async (key, write) => (await tryToWrite(key, write)).item,
    tryToWrite,
  };
}
