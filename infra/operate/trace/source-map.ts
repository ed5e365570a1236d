/** Finds the source map of a bundle by the hash that the bundle logs. */

import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { join } from 'node:path';
import { CommandError } from '../../../shared/command/command-error.ts';

/** Folders in which `npm run synth`, `npm run deploy` and `npm start` keep source maps. */
const FOLDERS = ['cdk.out/source-maps', 'node_modules/.cache/silent-auth/assemblies/*/source-maps'];

/** A place in a bundle; line and column begin at 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

export interface Origin extends Place {
  readonly file: string;
  /** The name that the minifier replaced at this place. */
  readonly name: string | undefined;
}

export interface BundleSourceMap {
  /** undefined for code that is not ours, such as what esbuild adds. */
  readonly find: (place: Place) => Origin | undefined;
  readonly code: string;
}

/** @throws CommandError if no build has that hash */
export function openSourceMap(hash: string, folder: string | undefined): BundleSourceMap {
  const folders = folder === undefined ? globSync([...FOLDERS]) : [folder];
  const file = folders.map((candidate) => findFile(candidate, hash)).find(Boolean);
  if (file === undefined) {
    throw new CommandError(
      `no source map of the bundle ${hash} in ${folder ?? 'cdk.out/source-maps'}; check out the ` +
        'deployed commit and run npm run synth -- -c stage=<name>: the same sources make the same hash',
    );
  }
  const map = new SourceMap(JSON.parse(readFileSync(`${file}.map`, 'utf8')));
  return {
    code: readFileSync(file, 'utf8'),
    find({ line, column }) {
      const entry: Partial<ReturnType<SourceMap['findEntry']>> & { readonly name?: string } =
        map.findEntry(line - 1, column - 1);
      if (!('originalSource' in entry) || entry.originalSource === undefined) return undefined;
      return {
        file: entry.originalSource,
        line: (entry.originalLine ?? 0) + 1,
        column: (entry.originalColumn ?? 0) + 1,
        name: entry.name,
      };
    },
  };
}

function findFile(folder: string, hash: string): string | undefined {
  if (!existsSync(folder)) return undefined;
  const name = readdirSync(folder).find((candidate) => candidate.endsWith(`-${hash}.mjs`));
  return name === undefined ? undefined : join(folder, name);
}
