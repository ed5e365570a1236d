/** zod's own JSON Schema of every published schema, as components that refer to each other. */

import * as z from 'zod/mini';
import { described, published } from './descriptions.ts';

export type JsonSchema = Readonly<Record<string, unknown>>;
export type JsonSchemas = Readonly<Record<string, JsonSchema>>;

/**
 * The components with these names and all they refer to. As a sender may send them: what is added
 * later breaks no reader, so nothing is closed.
 */
export function jsonSchemas(names: readonly string[]): JsonSchemas {
  const { schemas } = z.toJSONSchema(published, {
    metadata: described,
    io: 'input',
    uri: (id) => `#/components/schemas/${id}`,
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
      return [[name, schema]];
    }),
  );
}
