/**
 * `npm run build:client`: builds the package of the client in `dist/client`, for `npm pack` and
 * `npm publish`: one ES module with its source map, and declarations that export exactly what the
 * module exports.
 */

import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { progress } from '../command/progress.ts';
import { runCommand } from '../command/run-command.ts';

const SOURCES = dirname(fileURLToPath(import.meta.url));
const PROJECT = join(SOURCES, '../..');
const MODULE = 'silent-auth.js';
const DECLARATIONS = 'silent-auth.d.ts';
/**
 * What the module exports, by the file that declares it. Types that these mention are exported too.
 */
const EXPORTS = {
  createClient: 'client.ts',
  isFinal: 'contract.ts',
  readFragment: 'handset.ts',
  ClientProblem: 'problem.ts',
};

/** Writes the package to `folder`, replacing its content. */
export async function buildClient(folder: string): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  await bundle(join(folder, MODULE));
  writeFileSync(join(folder, DECLARATIONS), declarations(emitDeclarations()));
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest(), null, 2)}\n`);
  copyFileSync(join(SOURCES, 'README.md'), join(folder, 'README.md'));
  copyFileSync(join(PROJECT, 'LICENSE'), join(folder, 'LICENSE'));
}

function manifest(): unknown {
  const { version, license } = JSON.parse(readFileSync(join(PROJECT, 'package.json'), 'utf8'));
  return {
    name: 'silent-auth-client',
    version,
    description:
      'Proves that an app runs on the phone that owns a number, with silent-auth-backend',
    license,
    type: 'module',
    sideEffects: false,
    // Bundlers of React Native before 0.79 do not read `exports`.
    main: `./${MODULE}`,
    types: `./${DECLARATIONS}`,
    exports: {
      '.': { types: `./${DECLARATIONS}`, default: `./${MODULE}` },
      './package.json': './package.json',
    },
    files: [MODULE, `${MODULE}.map`, DECLARATIONS],
  };
}

async function bundle(outfile: string): Promise<void> {
  const lines = Object.entries(EXPORTS).map(
    ([name, file]) => `export { ${name} } from './${file}';`,
  );
  await build({
    stdin: { contents: lines.join('\n'), resolveDir: SOURCES, loader: 'ts' },
    outfile,
    bundle: true,
    minify: true,
    sourcemap: 'linked',
    format: 'esm',
    platform: 'neutral',
    target: 'es2022',
    logLevel: 'warning',
  });
  const map = JSON.parse(readFileSync(`${outfile}.map`, 'utf8'));
  const sources = map.sources.map((source: string) => `src/${basename(source)}`);
  writeFileSync(`${outfile}.map`, JSON.stringify({ ...map, sources }));
}

/** The text of every declaration file that the compiler emits. */
function emitDeclarations(): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), 'silent-auth-client-'));
  try {
    const compiler = join(PROJECT, 'node_modules/typescript/bin/tsc');
    const output = ['--declaration', '--emitDeclarationOnly', '--outDir', folder];
    const language = '--strict --target es2022 --lib es2022,dom --module nodenext'.split(' ');
    const inputs = [
      '--ignoreConfig',
      '--allowImportingTsExtensions',
      '--rootDir',
      join(PROJECT, 'shared'),
    ];
    const files = Object.values(EXPORTS).map((file) => join(SOURCES, file));
    const options = [compiler, ...output, ...language, ...inputs, '--types', '', ...files];
    execFileSync(process.execPath, options, { encoding: 'utf8' });
    return globSync('**/*.d.ts', { cwd: folder })
      .toSorted()
      .map((file) => readFileSync(join(folder, file), 'utf8'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A statement of a declaration file that begins in the first column, with its own comment. */
const STATEMENT =
  /^(?:\/\*\*(?:(?!\*\/)[\s\S])*\*\/\n)?(?:export )?(?:declare )?(interface|type|class|function) (\w+)[\s\S]*?(?=^[^\s}]|(?![\s\S]))/gm;

/** One file without imports: the exports and every declaration that they mention. */
function declarations(files: readonly string[]): string {
  const statements = new Map(
    files.flatMap((text) =>
      [...text.matchAll(STATEMENT)].map(([statement, kind = '', name = '']) => [
        name,
        { kind, text: statement.replace(/^export /m, '').trim() },
      ]),
    ),
  );
  const wanted = new Set<string>();
  const want = (name: string): void => {
    const statement = statements.get(name);
    const isInternal = statement?.kind === 'function' && !(name in EXPORTS);
    if (wanted.has(name) || !statement || isInternal) return;
    wanted.add(name);
    const code = statement.text.replace(/\/\*\*[\s\S]*?\*\//g, '');
    for (const [word] of code.matchAll(/\w+/g)) want(word);
  };
  Object.keys(EXPORTS).forEach(want);
  const names = [...wanted].toSorted();
  const values = Object.keys(EXPORTS).join(', ');
  const types = names.filter((name) => !(name in EXPORTS)).join(', ');
  const texts = names.map((name) => statements.get(name)?.text);
  return [...texts, `export { ${values} };`, `export type { ${types} };`, ''].join('\n');
}

const USAGE = `Builds the client package into dist/client.

npm run build:client`;

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await runCommand({ usage: USAGE, options: {}, run });
}

async function run(): Promise<void> {
  progress('bundling the client and its declarations');
  const folder = join(PROJECT, 'dist/client');
  await buildClient(folder);
  const code = readFileSync(join(folder, MODULE));
  const kilobytes = (bytes: number): string => `${(bytes / 1024).toFixed(1)} KB`;
  const size = `${kilobytes(code.length)}, gzip ${kilobytes(gzipSync(code).length)}`;
  console.log(`${folder}: ${MODULE} ${size}. Pack it with: npm pack ./dist/client`);
}
