/** Everything whose start is measured, as files: ours, the same bundled the obvious way, the peers. */

import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type BuildOptions, build, type Plugin } from 'esbuild';
import { bundleFunctions, ESBUILD_OPTIONS } from '../../../infra/aws/bundle.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const PEERS = join(import.meta.dirname, 'peers');
/** Inside the project, because what is not bundled is found in its `node_modules`. */
const OUTPUT = join(ROOT, 'reports', 'bench-builds');

/** The three that a verification waits for. */
export const OURS = ['start', 'webhook', 'check-code'] as const;
export type Ours = (typeof OURS)[number];

/** Folders, each of which holds `index.mjs`. */
export interface Builds {
  readonly empty: string;
  readonly lean: (name: string) => string;
  readonly unprimed: (name: string) => string;
  readonly obvious: (name: string) => string;
  readonly peerLambda: string;
  readonly peerExpress: string;
}

/** What a first look into esbuild's documentation gives. */
const OBVIOUS: BuildOptions = {
  bundle: true,
  minify: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  banner: ESBUILD_OPTIONS.banner,
  logLevel: 'error',
};

export async function buildAll(): Promise<Builds> {
  rmSync(OUTPUT, { recursive: true, force: true });
  await bundleFunctions({
    functionsFolder: join(ROOT, 'functions'),
    outputFolder: join(OUTPUT, 'lean'),
    countries: ['DE'],
  });
  for (const name of OURS) {
    await buildFunction('obvious', name, OBVIOUS);
    await buildFunction('unprimed', name, UNPRIMED);
  }
  const express = { ...OBVIOUS, minify: false, packages: 'external', banner: {} } as const;
  return {
    empty: await bundle(join(PEERS, 'empty.mjs'), 'empty', { ...OBVIOUS, banner: {} }),
    lean: (name) => join(OUTPUT, 'lean', name),
    unprimed: (name) => join(OUTPUT, 'unprimed', name),
    obvious: (name) => join(OUTPUT, 'obvious', name),
    peerLambda: await bundle(join(PEERS, 'lambda.ts'), 'peer-lambda', OBVIOUS),
    peerExpress: await bundle(join(PEERS, 'express.ts'), 'peer-express', express),
  };
}

/** @returns its folder */
export function buildFunction(kind: string, name: string, options: BuildOptions): Promise<string> {
  const entry = join(ROOT, 'functions', name, 'index.ts');
  return bundle(entry, join(kind, name), { ...options, logLevel: 'error' });
}

async function bundle(entry: string, name: string, options: BuildOptions): Promise<string> {
  const folder = join(OUTPUT, name);
  await build({ ...options, entryPoints: [entry], outfile: join(folder, 'index.mjs') });
  return folder;
}

/** The same functions, which do nothing ahead of the first request. */
export const UNPRIMED = without(
  /dependencies.initialize\.ts$/,
  () => 'export async function initialize() {}',
);

/** Our own options, with another text for some source file. */
export function without(filter: RegExp, replace: (source: string) => string): BuildOptions {
  const plugin: Plugin = {
    name: 'without',
    setup: ({ onLoad }) => {
      onLoad({ filter }, ({ path }) => ({
        contents: replace(readFileSync(path, 'utf8')),
        loader: 'ts',
      }));
    },
  };
  return { ...ESBUILD_OPTIONS, plugins: [plugin] };
}
