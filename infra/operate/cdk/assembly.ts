/** Describes the content of a cloud assembly for a person. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const manifest = z.object({
  artifacts: z.record(
    z.string(),
    z.object({
      type: z.string(),
      properties: z.looseObject({ templateFile: z.string().optional() }).optional(),
    }),
  ),
});

/** One line per stack with its template, then the folder of the assembly. */
export function describeAssembly(folder: string): string {
  const { artifacts } = manifest.parse(
    JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')),
  );
  const stacks = Object.entries(artifacts).filter(
    ([, { type }]) => type === 'aws:cloudformation:stack',
  );
  return [
    ...stacks.map(([name, { properties }]) => `${name}: ${folder}/${properties?.templateFile}`),
    `The assembly is in ${folder}, its source maps in ${folder}/source-maps.`,
  ].join('\n');
}
