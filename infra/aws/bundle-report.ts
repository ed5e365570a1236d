/**
 * `npm run bundle-report`: the content of each function's bundle, in bytes, largest first. With
 * `-- --stage <name>` for a stage other than dev, `-- --files <function>` for every file of one.
 */

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { choice, text } from '../../shared/command/options.ts';
import { progress } from '../../shared/command/progress.ts';
import { runCommand } from '../../shared/command/run-command.ts';
import { FUNCTION_NAMES, type FunctionName } from '../../shared/config.ts';
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

const USAGE = `Prints what each function's bundle is made of, in bytes, largest part first.

npm run bundle-report [-- options]

  --stage <name>       whose bundles (dev)
  --files <function>   every file of that function's bundle`;

await runCommand({
  usage: USAGE,
  options: { stage: text('dev'), files: choice(FUNCTION_NAMES) },
  run: ({ values }) => report(values),
});

interface Chosen {
  readonly stage: string;
  readonly files: FunctionName | undefined;
}

async function report({ stage, files }: Chosen): Promise<void> {
  const { countries } = getStage(stage);
  progress(`bundling the functions of stage ${stage}`);
  const outputFolder = mkdtempSync(join(tmpdir(), 'silent-auth-report-'));
  try {
    const functionsFolder = join(import.meta.dirname, '..', '..', 'functions');
    const bundles = await bundleFunctions({ functionsFolder, outputFolder, countries });
    const meta: Metafile = JSON.parse(readFileSync(join(outputFolder, 'meta.json'), 'utf8'));
    for (const [name, folder] of Object.entries(bundles)) {
      if (files !== undefined && files !== name) continue;
      const code = readFileSync(join(folder, 'index.mjs'));
      const [kilobytes, zipped] = [code.length, gzipSync(code).length].map(toKilobytes);
      console.log(`${name}: ${kilobytes} KB, ${zipped} KB gzip`);
      const group = files === undefined ? packageOf : fileOf;
      for (const [part, bytes] of sizesBy(meta, name, group)) {
        console.log(`  ${String(bytes).padStart(7)}  ${part}`);
      }
    }
  } finally {
    rmSync(outputFolder, { recursive: true });
  }
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

/** The package of a file, or the folder if it is our own code. */
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
