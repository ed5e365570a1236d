/** Enforces the import table and the shape of the tree (docs/architecture.md#the-tree). */

import { globSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';

const TOP_LEVEL =
  'CHANGELOG.md CONTRIBUTING.md LICENSE README.md SECURITY.md cdk.json docs functions infra ' +
  'package-lock.json package.json shared test tsconfig.json';
/** Subfolders by folder. */
const TREE = {
  infra: 'aws local operate',
  shared: 'adapters client command contract dependencies domain lambda usecases',
  test: 'fixtures lab system unit',
  'test/lab': 'bench load mutation simulation',
};
/** Made by commands, never committed. */
const GENERATED = ['node_modules', 'cdk.out', 'dist', 'coverage', 'reports'];

/**
 * What the files of a folder may import besides their own folder: paths and packages, each as the
 * beginning of a name. A folder in a row of its own is not in the row above it.
 */
const RULES: Readonly<Record<string, string>> = {
  functions: 'shared docs',
  'shared/domain': 'node:crypto',
  'shared/usecases': 'shared/domain shared/config.ts shared/contract:types',
  'shared/adapters': 'shared/domain shared/config.ts @aws-sdk/ @smithy/ jose node:',
  'shared/adapters/phone-numbers':
    'shared/domain shared/config.ts shared/command libphonenumber-js node:',
  'shared/lambda':
    'shared/domain shared/contract shared/config.ts @middy/core @aws-lambda-powertools/ ' +
    'aws-lambda zod',
  'shared/contract': 'shared/domain shared/config.ts shared/command zod node:',
  'shared/client': 'shared/domain/code.ts shared/command node: esbuild',
  'shared/command': 'node:',
  'shared/dependencies':
    'shared/adapters shared/config.ts shared/contract/to-verification-object.ts ' +
    'shared/domain shared/lambda shared/usecases:types @aws-sdk/ node:',
  'infra/aws':
    'shared/adapters/phone-numbers/ranges.json shared/config.ts shared/command ' +
    'shared/domain/metrics.ts aws-cdk-lib constructs cdk-nag esbuild zod node:',
  'infra/local':
    'shared/config.ts shared/command shared/contract shared/client ' +
    'node: ws dynalite jose zod aws-lambda esbuild playwright-core',
  'infra/operate/deployment':
    'shared/command @aws-sdk/client-secrets-manager @smithy/signature-v4 jose zod node:',
  'infra/operate/configure': 'infra/operate/deployment shared/command node:',
  'infra/operate/cdk': 'shared/command zod node:',
  'infra/operate/trace': 'shared/command zod node:',
  'infra/operate/doctor': 'infra/operate/deployment shared/command shared/config.ts jose zod node:',
  'infra/operate/probe':
    'infra/operate/deployment shared/command shared/config.ts shared/contract zod node:',
  'docs/examples/cognito':
    'infra/aws/bundle.ts @aws-sdk/client-dynamodb aws-cdk-lib aws-lambda constructs esbuild jose ' +
    'node:',
};

interface Import {
  readonly file: string;
  readonly target: string;
  readonly isType: boolean;
}

const IMPORT = /^(?:import|export)\s+(type\s+)?(?:[^'";]*?\sfrom\s+)?['"]([^'"]+)['"]/gm;

function importsOf(file: string): readonly Import[] {
  return [...readFileSync(file, 'utf8').matchAll(IMPORT)].map(([, type, target = '']) => ({
    file,
    target: target.startsWith('.') ? normalize(join(dirname(file), target)) : target,
    isType: type !== undefined,
  }));
}

function words(text: string): readonly string[] {
  return text.split(' ').filter(Boolean);
}

function sources(folder: string): readonly string[] {
  return globSync(`${folder}/**/*.{ts,mjs}`).filter((file) => !file.includes('node_modules'));
}

describe('architecture', () => {
  it.each(Object.entries(RULES))('lets %s import only %s', (folder, names) => {
    const isAllowed = ({ target, isType }: Import): boolean =>
      [`${folder}/`, ...words(names)].some((allowed) => {
        const [prefix = '', ofTypes] = allowed.split(/:(?=types$)/);
        return target.startsWith(prefix) && (ofTypes === undefined || isType);
      });
    const inner = Object.keys(RULES).filter((name) => name.startsWith(`${folder}/`));
    const files = sources(folder).filter(
      (file) => !inner.some((name) => file.startsWith(`${name}/`)),
    );
    expect(files).not.toEqual([]);
    expect(files.flatMap(importsOf).filter((found) => !isAllowed(found))).toEqual([]);
  });

  it.each(readdirSync('functions'))('separates wiring and behaviour of %s', (name) => {
    const [behaviour, wiring] = [`functions/${name}/handler.ts`, `functions/${name}/index.ts`];
    expect(sources(`functions/${name}`).toSorted()).toEqual([behaviour, wiring]);
    const isAllowed: Readonly<Record<string, (target: string) => boolean>> = {
      [behaviour]: (target) => !/^(functions|shared\/(dependencies|adapters))\//.test(target),
      [wiring]: (target) => target === behaviour || /^shared\/(dependencies|lambda)\//.test(target),
    };
    const imports = [behaviour, wiring].flatMap(importsOf);
    expect(imports.filter(({ file, target }) => !isAllowed[file]?.(target))).toEqual([]);
  });

  it('lets one file of the domain hash, and none use randomness', () => {
    const imports = sources('shared/domain').flatMap(importsOf);
    const crypto = imports.filter(({ target }) => target === 'node:crypto');
    expect(crypto.map(({ file }) => file)).toEqual(['shared/domain/fact-keys.ts']);
    const source = readFileSync('shared/domain/fact-keys.ts', 'utf8');
    expect(source).toContain("import { createHash } from 'node:crypto'");
  });

  it('keeps every handler under 40 lines, without try and without the SDK', () => {
    for (const file of sources('functions')) {
      const source = readFileSync(file, 'utf8');
      const body = source.slice(source.search(/export function create\w+Handler/));
      expect(body.split('\n').length, file).toBeLessThan(40);
      expect(source, file).not.toMatch(/\btry\b\s*{|@aws-sdk|process\.env/);
    }
  });

  it('reads the environment in one place of the runtime', () => {
    const readers = ['shared', 'functions']
      .flatMap(sources)
      .filter((file) => readFileSync(file, 'utf8').includes('process.env'));
    expect(readers).toEqual(['shared/dependencies/environment.ts']);
  });

  const lanes = words(TREE['test/lab']).map((name) => `lab/${name}`);
  it.each([...lanes, 'system', 'unit', 'fixtures'])(
    'keeps test/%s apart: of test it imports its own folder and fixtures',
    (name) => {
      const foreign = new RegExp(`^test/(?!fixtures/|${name}/)\\w+/`);
      const imports = sources(`test/${name}`).flatMap(importsOf);
      expect(imports.filter(({ target }) => foreign.test(target))).toEqual([]);
    },
  );

  it('has no barrel, no utils, no types file', () => {
    const names = ['infra', 'shared', 'test'].flatMap(sources);
    expect(names.filter((file) => /(^|\/)(index|utils|types|helpers)\.ts$/.test(file))).toEqual([]);
  });

  it.each(Object.entries(TREE))('has in %s exactly the folders %s', (folder, names) => {
    const found = readdirSync(folder, { withFileTypes: true }).filter((it) => it.isDirectory());
    expect(found.map(({ name }) => name).toSorted()).toEqual(words(names));
  });

  it('has exactly the agreed top level', () => {
    const found = readdirSync('.').filter(
      (name) => !name.startsWith('.') && !GENERATED.includes(name),
    );
    expect(found.toSorted()).toEqual(words(TOP_LEVEL));
  });
});
