/**
 * Bundles the functions for development: readable, with linked source maps. Runs as a child
 * process: for the message `rebuild` it answers `{built: [function…], errors: [text…]}`, where
 * `built` names the functions whose bundle has changed. Ends with its parent.
 *
 * Arguments: the folder of the functions, the folder that receives the bundles.
 */

import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { type BuildContext, context, formatMessages } from 'esbuild';
import { ESBUILD_OPTIONS, entryPointsIn } from './bundle.ts';

const [, , functionsFolder = '', outputFolder = ''] = process.argv;
const bundled = await context({
  ...ESBUILD_OPTIONS,
  entryPoints: entryPointsIn(functionsFolder),
  outdir: outputFolder,
  outExtension: { '.js': '.mjs' },
  minify: false,
  sourcemap: 'linked',
  write: false,
  logLevel: 'silent',
});
const written = new Map<string, string>();
process.on('message', () => void rebuild(bundled).then((result) => process.send?.(result)));
// Ctrl-C reaches the whole process group; the parent decides when to end.
process.on('SIGINT', () => {});
process.once('disconnect', () => process.exit());

async function rebuild({ rebuild: build }: BuildContext<{ write: false }>): Promise<{
  readonly built: readonly string[];
  readonly errors: readonly string[];
}> {
  try {
    const { outputFiles } = await build();
    const changed = outputFiles.filter(({ path, hash }) => written.get(path) !== hash);
    for (const { path, hash, contents } of changed) {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, contents);
      written.set(path, hash);
    }
    const built = new Set(changed.map(({ path }) => basename(dirname(path))));
    return { built: [...built], errors: [] };
  } catch (error) {
    if (!(error instanceof Error && 'errors' in error && Array.isArray(error.errors))) throw error;
    return { built: [], errors: await formatMessages(error.errors, { kind: 'error' }) };
  }
}
