/** The two operations of DynamoDB that we use: three tries of one second each. */

import type {
  AttributeValue,
  GetItemInput,
  GetItemOutput,
  UpdateItemInput,
  UpdateItemOutput,
} from '@aws-sdk/client-dynamodb';
import type { AwsClientOptions } from '../aws-client.ts';
import { createAwsJson } from '../aws-json.ts';

export interface DynamoDb {
  readonly getItem: (input: GetItemInput) => Promise<Pick<GetItemOutput, 'Item'>>;
  readonly updateItem: (input: UpdateItemInput) => Promise<Pick<UpdateItemOutput, 'Attributes'>>;
}

export function createDynamoDb(options: AwsClientOptions): DynamoDb {
  const call = createAwsJson(options, {
    service: 'dynamodb',
    target: 'DynamoDB_20120810',
    version: '1.0',
    timeoutMs: 1000,
    maxTries: 3,
  });
  return {
    getItem: async (input) => {
      const { Item: item } = await call<GetItemOutput>('GetItem', input);
      return item ? { Item: withBytes(item) } : {};
    },
    updateItem: async ({ ExpressionAttributeValues: values, ...input }) => {
      const { Attributes: item } = await call<UpdateItemOutput>('UpdateItem', {
        ...input,
        ...(values && { ExpressionAttributeValues: withText(values) }),
      });
      return item ? { Attributes: withBytes(item) } : {};
    },
  };
}

type Attributes = Record<string, AttributeValue>;

/** Bytes travel in base64; none of ours stand deeper than in an attribute of the item itself. */
function withText(attributes: Attributes): object {
  return mapBinary(attributes, (bytes) => Buffer.from(bytes).toString('base64'));
}

function withBytes(attributes: Attributes): Attributes {
  return mapBinary(attributes, (text) => new Uint8Array(Buffer.from(String(text), 'base64')));
}

function mapBinary<T>(
  attributes: Attributes,
  convert: (value: Uint8Array) => T,
): Record<string, Exclude<AttributeValue, AttributeValue.BMember> | { readonly B: T }> {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [
      name,
      value.B === undefined ? value : { B: convert(value.B) },
    ]),
  );
}
