/**
 * A small map that survives a restart: one JSON file that each write replaces, readable by its
 * owner only.
 */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { z } from 'zod';

export interface StoredMap<Value> {
  get(key: string): Value | undefined;
  set(key: string, value: Value): void;
  values(): readonly Value[];
}

export function openStoredMap<Schema extends z.ZodType>(
  file: string,
  schema: Schema,
): StoredMap<z.infer<Schema>> {
  const stored: unknown = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
  const entries = new Map(Object.entries(z.record(z.string(), schema).parse(stored)));
  return {
    get: (key) => entries.get(key),
    set(key, value) {
      entries.set(key, value);
      const partFile = `${file}.part`;
      writeFileSync(partFile, JSON.stringify(Object.fromEntries(entries), null, 2), {
        mode: 0o600,
      });
      renameSync(partFile, file);
    },
    values: () => [...entries.values()],
  };
}
