/** zod's own JSON Schema of every published schema, as components that refer to each other. */

import * as z from 'zod/mini';
import { described, describedMembers, published, publishedAs } from './descriptions.ts';

export type JsonSchema = Readonly<Record<string, unknown>>;
export type JsonSchemas = Readonly<Record<string, JsonSchema>>;

/**
 * The components with these names and all that they refer to, in the form that a sender may send.
 * Additional members are allowed, so that later additions break no reader.
 */
export function jsonSchemas(names: readonly string[]): JsonSchemas {
  const { schemas } = z.toJSONSchema(published, {
    metadata: described,
    io: 'input',
    uri: (id) => `#/components/schemas/${id}`,
    override: ({ zodSchema, jsonSchema }) => {
      simplify(jsonSchema);
      Object.assign(jsonSchema, publishedAs.get(zodSchema));
    },
  });
  const wanted = new Set<string>();
  const want = (name: string): void => {
    if (wanted.has(name) || !schemas[name]) return;
    wanted.add(name);
    for (const [, other = ''] of JSON.stringify(schemas[name]).matchAll(/schemas\/(\w+)"/g)) {
      want(other);
    }
  };
  names.forEach(want);
  return Object.fromEntries(
    [...wanted].toSorted().flatMap((name) => {
      const { $id, $schema, ...schema } = schemas[name] ?? {};
      return [[name, withMembers(schema, describedMembers.get(name) ?? {})]];
    }),
  );
}

/**
 * Removes what zod adds by itself: the range of safe integers and the pattern of `date-time`. Also
 * removes defaults, because client generators make a member with a default required; descriptions
 * name them instead.
 */
function simplify(schema: z.core.JSONSchema.BaseSchema): void {
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum;
  if (schema.format === 'date-time') delete schema.pattern;
  delete schema.default;
}

function withMembers(
  schema: z.core.JSONSchema.BaseSchema,
  descriptions: Readonly<Record<string, string>>,
): JsonSchema {
  if (!schema.properties) return schema;
  const properties = Object.entries(schema.properties).map(([name, member]) => {
    const description = descriptions[name];
    const isPlain = description === undefined || typeof member === 'boolean';
    return [name, isPlain ? member : { ...member, description }];
  });
  return { ...schema, properties: Object.fromEntries(properties) };
}
