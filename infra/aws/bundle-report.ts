/**
 * `npm run bundle-report`: what each function's bundle is made of, in bytes, largest first. With
 * `-- --stage <name>` for a stage other than dev, `-- --files <function>` for every file of one.
 */

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { bundleFunctions } from './bundle.ts';
import { getStage } from './stages.ts';

interface Metafile {
  readonly outputs: Readonly<
    Record<
      string,
      { readonly inputs: Readonly<Record<string, { readonly bytesInOutput: number }>> }
    >
  >;
}

type Sizes = readonly (readonly [name: string, bytes: number])[];

const { values } = parseArgs({
  options: { stage: { type: 'string', default: 'dev' }, files: { type: 'string' } },
});
const outputFolder = mkdtempSync(join(tmpdir(), 'silent-auth-report-'));
try {
  const { countries } = getStage(values.stage);
  const functionsFolder = join(import.meta.dirname, '..', '..', 'functions');
  const bundles = await bundleFunctions({ functionsFolder, outputFolder, countries });
  const meta: Metafile = JSON.parse(readFileSync(join(outputFolder, 'meta.json'), 'utf8'));
  for (const [name, folder] of Object.entries(bundles)) {
    if (values.files !== undefined && values.files !== name) continue;
    const code = readFileSync(join(folder, 'index.mjs'));
    const [kilobytes, zipped] = [code.length, gzipSync(code).length].map(toKilobytes);
    console.log(`${name}: ${kilobytes} KB, ${zipped} KB gzip`);
    const group = values.files === undefined ? packageOf : fileOf;
    for (const [part, bytes] of sizesBy(meta, name, group)) {
      console.log(`  ${String(bytes).padStart(7)}  ${part}`);
    }
  }
} finally {
  rmSync(outputFolder, { recursive: true });
}

function sizesBy({ outputs }: Metafile, name: string, group: (path: string) => string): Sizes {
  const [, output] =
    Object.entries(outputs).find(([path]) => path.endsWith(`${name}/index.mjs`)) ?? [];
  const sizes = new Map<string, number>();
  for (const [path, { bytesInOutput }] of Object.entries(output?.inputs ?? {})) {
    sizes.set(group(path), (sizes.get(group(path)) ?? 0) + bytesInOutput);
  }
  return [...sizes].filter(([, bytes]) => bytes > 0).toSorted(([, one], [, other]) => other - one);
}

/** The package, or the folder of our own code. */
function packageOf(path: string): string {
  const [, name] = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path) ?? [];
  return name ?? path.replace(/^(?:\.\.\/)*/, '').replace(/\/[^/]*$/, '/');
}

function fileOf(path: string): string {
  return path.replace(/.*node_modules\//, '');
}

function toKilobytes(bytes: number): string {
  return (bytes / 1024).toFixed(1);
}
