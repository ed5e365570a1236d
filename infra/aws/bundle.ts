/**
 * The one esbuild configuration: every function becomes one minified ES module. The external
 * packages are credential providers and event streams that Lambda never reaches, because its
 * environment always holds credentials; leaving them out halves the import time.
 */

import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { type BuildOptions, build, type OutputFile, type Plugin } from 'esbuild';
import { FUNCTION_NAMES, type FunctionName } from '../../shared/config.ts';

const EXTERNAL = [
  '@aws-sdk/credential-provider-http',
  '@aws-sdk/credential-provider-ini',
  '@aws-sdk/credential-provider-login',
  '@aws-sdk/credential-provider-process',
  '@aws-sdk/credential-provider-sso',
  '@aws-sdk/credential-provider-web-identity',
  '@aws-sdk/nested-clients',
  '@aws-sdk/token-providers',
  '@smithy/core/event-streams',
  '@smithy/credential-provider-imds',
];

/**
 * Clients of the SDK read one member of their `package.json`, the version. Bundling only that
 * member saves 4.5 KB in the largest bundle, whose size is limited.
 */
const versionsAlone: Plugin = {
  name: 'versions-alone',
  setup: ({ onLoad }) => {
    onLoad({ filter: /@aws-sdk[\\/]client-[a-z-]+[\\/]package\.json$/ }, ({ path }) => ({
      contents: JSON.stringify({ version: JSON.parse(readFileSync(path, 'utf8')).version }),
      loader: 'json',
    }));
  },
};

/** The options that make one file of a Lambda function. */
export const ESBUILD_OPTIONS = {
  bundle: true,
  minify: true,
  legalComments: 'none',
  platform: 'node',
  target: 'node24',
  format: 'esm',
  mainFields: ['module', 'main'],
  external: EXTERNAL,
  // Packages in CommonJS require modules of Node.
  banner: {
    js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);",
  },
  logLevel: 'warning',
} satisfies BuildOptions;

/**
 * Stands for a bundle's hash until its content is known. It is as long as the hash, so that columns
 * in the source map stay correct.
 */
const HASH_PLACEHOLDER = '<bundlehash>';

/** The folder of each function's zip contents; it holds `index.mjs` and nothing else. */
export type Bundles = Readonly<Record<FunctionName, string>>;

export interface BundleOptions {
  /** Folder with one `<function name>/index.ts` for each function. */
  readonly functionsFolder: string;
  /** Receives `<function name>/index.mjs` and `meta.json`. */
  readonly outputFolder: string;
  /**
   * Collects the code and the source map of every build for `npm run trace`; never uploaded.
   * @default none are kept
   */
  readonly sourceMapsFolder?: string;
  /** The countries whose mobile ranges the bundle of `start` contains. @default all */
  readonly countries?: readonly string[];
}

/** Bundles all functions in one run of esbuild, about a second. Replaces `outputFolder`. */
export async function bundleFunctions(options: BundleOptions): Promise<Bundles> {
  const { functionsFolder, outputFolder, sourceMapsFolder, countries } = options;
  rmSync(outputFolder, { recursive: true, force: true });
  const result = await build({
    entryPoints: entryPointsIn(functionsFolder),
    outdir: outputFolder,
    outExtension: { '.js': '.mjs' },
    write: false,
    metafile: true,
    ...ESBUILD_OPTIONS,
    define: { BUNDLE_HASH: JSON.stringify(HASH_PLACEHOLDER) },
    plugins: [versionsAlone, ...(countries ? [mobileRangesOf(countries)] : [])],
    sourcemap: 'external',
    sourcesContent: false,
  });
  const files = result.outputFiles ?? [];
  for (const { path, text } of files) {
    if (path.endsWith('.map')) continue;
    const hash = createHash('sha256').update(text).digest('hex').slice(0, HASH_PLACEHOLDER.length);
    const code = text.replaceAll(HASH_PLACEHOLDER, hash);
    writeTo(path, code);
    const map = files.find((file) => file.path === `${path}.map`);
    if (!map || sourceMapsFolder === undefined) continue;
    const kept = join(sourceMapsFolder, `${basename(dirname(path))}-${hash}.mjs`);
    writeTo(kept, code);
    writeTo(`${kept}.map`, withPathsFrom(dirname(functionsFolder), map));
  }
  writeTo(join(outputFolder, 'meta.json'), JSON.stringify(result.metafile));
  return bundlesIn(outputFolder);
}

/**
 * One entry point for each function; its bundle is `<function name>/index` in the output folder.
 */
export function entryPointsIn(functionsFolder: string): { in: string; out: string }[] {
  return FUNCTION_NAMES.map((name) => ({
    in: join(functionsFolder, name, 'index.ts'),
    out: `${name}/index`,
  }));
}

/** The bundles that {@link bundleFunctions} has put into this folder. */
export function bundlesIn(outputFolder: string): Bundles {
  return {
    start: join(outputFolder, 'start'),
    'check-code': join(outputFolder, 'check-code'),
    webhook: join(outputFolder, 'webhook'),
    'next-workflow': join(outputFolder, 'next-workflow'),
    cancel: join(outputFolder, 'cancel'),
    status: join(outputFolder, 'status'),
    proof: join(outputFolder, 'proof'),
    connect: join(outputFolder, 'connect'),
    message: join(outputFolder, 'message'),
    contracts: join(outputFolder, 'contracts'),
    clock: join(outputFolder, 'clock'),
  };
}

type Range = readonly [country: string, pattern: string, leadingDigits?: string];

interface Ranges {
  readonly mobile: Readonly<Record<string, readonly Range[]>>;
  readonly refusedInNorthAmerica: readonly string[];
}

/**
 * Keeps only the leading digits of a country that the stage does not accept: they are enough to
 * refuse its numbers.
 */
function cutRange([country, pattern, ...digits]: Range, countries: readonly string[]): Range {
  const isNeeded = digits.length === 0 || countries.includes(country);
  return [country, isNeeded ? pattern : '', ...digits];
}

/**
 * Keeps all countries of a calling code that the stage accepts, because only together they decide
 * to which country a number belongs.
 */
function mobileRangesOf(countries: readonly string[]): Plugin {
  return {
    name: 'mobile-ranges',
    setup: ({ onLoad }) => {
      onLoad({ filter: /phone-numbers.ranges\.json$/ }, ({ path }) => {
        const { mobile, refusedInNorthAmerica }: Ranges = JSON.parse(readFileSync(path, 'utf8'));
        const ours = Object.entries(mobile).flatMap(([callingCode, ranges]) =>
          ranges.some(([country]) => countries.includes(country))
            ? [[callingCode, ranges.map((range) => cutRange(range, countries))] as const]
            : [],
        );
        const cut = { mobile: Object.fromEntries(ours), refusedInNorthAmerica };
        return { contents: JSON.stringify(cut), loader: 'json' };
      });
    },
  };
}

/** The same source map, with paths relative to the repository instead of the output folder. */
function withPathsFrom(repository: string, { path, text }: OutputFile): string {
  const map: { readonly sources: readonly string[] } = JSON.parse(text);
  const sources = map.sources.map((source) =>
    relative(repository, join(dirname(path), source)).replaceAll('\\', '/'),
  );
  return JSON.stringify({ ...map, sources });
}

function writeTo(path: string, contents: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, contents);
}
