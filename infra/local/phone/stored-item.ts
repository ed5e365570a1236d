/** The DynamoDB item of one verification, with its secrets shortened. */
import { z } from 'zod';
import { VERIFICATION_ATTRIBUTES as ATTRIBUTE } from '../../../shared/config.ts';
import { callAws } from '../aws/json-client.ts';
import type { Endpoints } from '../endpoints.ts';
import { type PageAnswer, refuse, toJson } from './page-answer.ts';

/** DynamoDB's JSON for the types that the functions write. */
type Attribute = { readonly [type: string]: unknown };

const attribute: z.ZodType<Attribute> = z.record(z.string(), z.unknown());
const getItemOutput = z.object({ Item: z.record(z.string(), attribute).optional() });

/** Members of which only the beginning is shown. */
const SECRET_MEMBERS = new Set([
  ATTRIBUTE.clientTokenHash as string,
  'phone_hash',
  'email_hash',
  'nonce',
  'sub',
]);
const SHOWN_CHARACTERS = 6;

export async function readStoredItem(
  { dynamodb, tables }: Endpoints,
  query: URLSearchParams,
): Promise<PageAnswer> {
  const requestId = query.get('request_id') ?? '';
  if (requestId === '') return refuse(400, 'which request_id?');
  const result = await callAws(dynamodb, 'DynamoDB_20120810.GetItem', {
    TableName: tables.verifications,
    Key: { [ATTRIBUTE.requestId]: { S: requestId } },
    ConsistentRead: true,
  });
  if (result.type === 'refused') return refuse(502, `${result.name}: ${result.message}`);
  const { Item: item } = getItemOutput.parse(result.output);
  if (!item) return refuse(404, 'nothing is stored under this request_id');
  return toJson(decodeMap(item));
}

function decodeMap(map: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(map).map(([name, value]) => {
      const decoded = decode(attribute.parse(value));
      return [name, conceal(name, decoded)];
    }),
  );
}

function decode(value: Attribute): unknown {
  const [[type, content] = []] = Object.entries(value);
  switch (type) {
    case 'N':
      return Number(content);
    case 'M':
      return decodeMap(z.record(z.string(), z.unknown()).parse(content));
    case 'L':
      return z.array(attribute).parse(content).map(decode);
    case 'NULL':
      return null;
    default:
      return content;
  }
}

/**
 * Shortens secrets: a check_url opens a verification, and connection ids and hashes are not for
 * display.
 */
function conceal(name: string, value: unknown): unknown {
  if (name === 'check_url' && typeof value === 'string') return `${new URL(value).origin}/…`;
  if (name === ATTRIBUTE.connections && Array.isArray(value)) {
    return value.map((connection) => `${String(connection).split('#')[0]}#…`);
  }
  if (!SECRET_MEMBERS.has(name) || typeof value !== 'string') return value;
  return `${value.slice(0, SHOWN_CHARACTERS)}…`;
}
