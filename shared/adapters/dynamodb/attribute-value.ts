/** Plain data ⇄ DynamoDB's typed attributes, for the few types that a stored event uses. */

import type { AttributeValue } from '@aws-sdk/client-dynamodb';

export type Plain = string | number | boolean | readonly string[];
export type PlainMap = Readonly<Record<string, Plain>>;

export function toAttributeMap(map: PlainMap): AttributeValue {
  return {
    M: Object.fromEntries(Object.entries(map).map(([name, value]) => [name, toAttribute(value)])),
  };
}

function toAttribute(value: Plain): AttributeValue {
  switch (typeof value) {
    case 'string':
      return { S: value };
    case 'number':
      return { N: String(value) };
    case 'boolean':
      return { BOOL: value };
    default:
      return { L: value.map((entry) => ({ S: entry })) };
  }
}

/** Leaves out members of other types; returns an empty object for anything but a map. */
export function fromAttributeMap(value: AttributeValue): PlainMap {
  const members: Record<string, Plain> = {};
  for (const [name, member] of Object.entries(value.M ?? {})) {
    const plain = fromAttribute(member);
    if (plain !== undefined) members[name] = plain;
  }
  return members;
}

function fromAttribute({ S, N, BOOL, L }: AttributeValue): Plain | undefined {
  if (S !== undefined) return S;
  if (N !== undefined) return Number(N);
  if (BOOL !== undefined) return BOOL;
  return L?.flatMap((entry) => entry.S ?? []);
}
