/** Reads the synthesized template from disk and checks only its shape. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';

const resource = z.object({
  Type: z.string(),
  Properties: z.record(z.string(), z.unknown()).default({}),
  Condition: z.string().optional(),
});

const rawTemplate = z.object({
  Resources: z.record(z.string(), resource),
  Parameters: z.record(z.string(), z.object({ Default: z.unknown() })).default({}),
});

export type RawResource = z.infer<typeof resource>;
export type RawTemplate = z.infer<typeof rawTemplate>;

export function readRawTemplate(file: string): RawTemplate {
  return rawTemplate.parse(JSON.parse(readFileSync(file, 'utf8')));
}
