/**
 * `npm run build:client`: one ES module with its declarations, for apps that have no TypeScript build
 * of ours: `dist/client/silent-auth.js` and `.d.ts`. Neither imports anything.
 */

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const SOURCES = dirname(fileURLToPath(import.meta.url));
/** What the module exports; every type of its declarations is exported as well. */
const ENTRY = `
export { createClient } from './client.ts';
export { isFinal } from './contract.ts';
export { readFragment } from './handset.ts';
export { ClientProblem } from './problem.ts';
`;
/** In the order of their dependencies. */
const DECLARED = [
  'contract',
  'problem',
  'environment',
  'handset',
  'start',
  'store',
  'mirror',
  'calls',
  'verification',
  'client',
];

export interface BuiltClient {
  readonly module: string;
  readonly declarations: string;
}

/** Writes both files into `folder`. */
export async function buildClient(folder: string): Promise<BuiltClient> {
  const module = join(folder, 'silent-auth.js');
  const declarations = join(folder, 'silent-auth.d.ts');
  await build({
    stdin: { contents: ENTRY, resolveDir: SOURCES, loader: 'ts' },
    outfile: module,
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'neutral',
    target: 'es2022',
    logLevel: 'warning',
  });
  writeFileSync(declarations, declare());
  return { module, declarations };
}

/** One file out of those that the compiler emits. */
function declare(): string {
  const folder = mkdtempSync(join(tmpdir(), 'silent-auth-client-'));
  try {
    const options = '--declaration --emitDeclarationOnly --ignoreConfig --rootDir'.split(' ');
    const language = '--strict --target es2024 --lib es2024,dom --module nodenext --types'.split(
      ' ',
    );
    const files = DECLARED.map((name) => join(SOURCES, `${name}.ts`));
    const compiler = [...options, SOURCES, ...language, '', '--allowImportingTsExtensions'];
    execFileSync('tsc', [...compiler, '--outDir', folder, ...files], { encoding: 'utf8' });
    const texts = DECLARED.map((name) => readFileSync(join(folder, `${name}.d.ts`), 'utf8'));
    return texts.map((text) => text.replace(/^import [^;]*;\n/gm, '')).join('\n');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { module, declarations } = await buildClient(join('dist', 'client'));
  const code = readFileSync(module);
  const kilobytes = (bytes: number): string => `${(bytes / 1024).toFixed(1)} KB`;
  console.log(`${module} ${kilobytes(code.length)}, gzip ${kilobytes(gzipSync(code).length)}`);
  console.log(declarations);
}
