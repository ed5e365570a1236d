/** Everything whose start is measured, as files: ours, the same bundled the obvious way, the peers. */

import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type BuildOptions, build, type Plugin } from 'esbuild';
import { bundleFunctions, ESBUILD_OPTIONS } from '../../../../infra/aws/bundle.ts';
import type { FunctionName } from '../../../../shared/config.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..', '..');
const PEERS = join(import.meta.dirname, '..', 'peers');
/** Inside the project, because what is not bundled is found in its `node_modules`. */
const OUTPUT = join(ROOT, 'reports', 'bench-builds');

/** The three that a verification waits for. */
export const OURS = ['start', 'webhook', 'check-code'] as const satisfies readonly FunctionName[];
export type Ours = (typeof OURS)[number];

export interface Builds {
  /** Each folder holds `index.mjs`. */
  readonly empty: string;
  readonly lean: (name: string) => string;
  readonly unprimed: (name: Ours) => string;
  readonly obvious: (name: Ours) => string;
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
  const folder = (kind: string, name: string): string => join(OUTPUT, kind, name);
  const functionFile = (name: string): string => join(ROOT, 'functions', name, 'index.ts');
  const bundle = (options: BuildOptions, entry: string, to: string): Promise<unknown> =>
    build({ ...options, entryPoints: [entry], outfile: join(to, 'index.mjs') });

  await bundleFunctions({
    functionsFolder: join(ROOT, 'functions'),
    outputFolder: join(OUTPUT, 'lean'),
    countries: ['DE'],
  });
  for (const name of OURS) {
    await bundle(OBVIOUS, functionFile(name), folder('obvious', name));
    await bundle(
      { ...ESBUILD_OPTIONS, plugins: [withoutPriming] },
      functionFile(name),
      folder('unprimed', name),
    );
  }
  const [peerLambda, peerExpress] = [folder('peer', 'lambda'), folder('peer', 'express')];
  await bundle(OBVIOUS, join(PEERS, 'lambda.ts'), peerLambda);
  const express = { ...OBVIOUS, minify: false, packages: 'external', banner: {} } as const;
  await bundle(express, join(PEERS, 'express.ts'), peerExpress);
  const empty = join(folder('empty', 'empty'), 'index.mjs');
  mkdirSync(dirname(empty), { recursive: true });
  writeFileSync(empty, readFileSync(join(PEERS, 'empty.mjs')));
  return {
    empty: dirname(empty),
    lean: (name) => folder('lean', name),
    unprimed: (name) => folder('unprimed', name),
    obvious: (name) => folder('obvious', name),
    peerLambda,
    peerExpress,
  };
}

export interface Size {
  readonly bytes: number;
  readonly gzipBytes: number;
}

export function sizeOf(folder: string): Size {
  const contents = readFileSync(join(folder, 'index.mjs'));
  return { bytes: contents.length, gzipBytes: gzipSync(contents).length };
}

/** The same functions, which do nothing ahead of the first request. */
const withoutPriming: Plugin = {
  name: 'without-priming',
  setup: ({ onLoad }) => {
    onLoad({ filter: /shared.dependencies.initialize\.ts$/ }, () => ({
      contents: 'export async function initialize() {}',
      loader: 'ts',
    }));
  },
};
