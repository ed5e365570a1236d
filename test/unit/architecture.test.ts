/** Enforces the import table and the shape of the tree (docs/architecture.md#the-tree). */

import { globSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';

const TOP_LEVEL = [
  'CHANGELOG.md',
  'CONTRIBUTING.md',
  'LICENSE',
  'README.md',
  'SECURITY.md',
  'cdk.json',
  'docs',
  'functions',
  'infra',
  'package-lock.json',
  'package.json',
  'shared',
  'test',
  'tsconfig.json',
];
/** What stands below, folder by folder. */
const TREE: Readonly<Record<string, readonly string[]>> = {
  infra: ['aws', 'local', 'operate'],
  shared: [
    ...['adapters', 'client', 'command', 'contract', 'dependencies', 'domain', 'lambda'],
    'usecases',
  ],
  test: ['fixtures', 'lab', 'system', 'unit'],
  'test/lab': ['bench', 'load', 'mutation', 'simulation'],
};
/** Made by commands, never committed. */
const GENERATED = ['node_modules', 'cdk.out', 'dist', 'coverage', 'reports'];

/** What the files of a folder may import besides their own folder: paths, then packages. */
const RULES: readonly {
  readonly folder: string;
  readonly paths: readonly string[];
  readonly packages: readonly string[];
}[] = [
  { folder: 'shared/domain', paths: [], packages: ['node:crypto'] },
  {
    folder: 'shared/usecases',
    paths: ['shared/domain', 'shared/config.ts', 'shared/contract (types)'],
    packages: [],
  },
  {
    folder: 'shared/adapters',
    paths: ['shared/domain', 'shared/config.ts'],
    packages: ['@aws-sdk/', '@smithy/', 'jose', 'node:'],
  },
  {
    // A command of its own renews the ranges.
    folder: 'shared/adapters/phone-numbers',
    paths: ['shared/domain', 'shared/config.ts', 'shared/command'],
    packages: ['libphonenumber-js', 'node:'],
  },
  {
    folder: 'shared/lambda',
    paths: ['shared/domain', 'shared/contract', 'shared/config.ts'],
    packages: ['@middy/core', '@aws-lambda-powertools/', 'aws-lambda', 'zod'],
  },
  {
    folder: 'shared/contract',
    paths: ['shared/domain', 'shared/config.ts', 'shared/command'],
    packages: ['zod', 'node:'],
  },
  {
    folder: 'shared/client',
    paths: ['shared/domain/code.ts', 'shared/command'],
    packages: ['node:', 'esbuild'],
  },
  {
    folder: 'shared/dependencies',
    paths: [
      'shared/adapters',
      'shared/config.ts',
      'shared/contract/to-verification-object.ts',
      'shared/domain',
      'shared/lambda',
      'shared/usecases (types)',
    ],
    packages: ['@aws-sdk/', 'node:'],
  },
  { folder: 'functions', paths: ['shared', 'docs'], packages: [] },
  {
    folder: 'infra/aws',
    paths: [
      'shared/adapters/phone-numbers/ranges.json',
      'shared/config.ts',
      'shared/command',
      'shared/domain/metrics.ts',
    ],
    packages: ['aws-cdk-lib', 'constructs', 'cdk-nag', 'esbuild', 'zod', 'node:'],
  },
  { folder: 'shared/command', paths: [], packages: ['node:'] },
  {
    // Commands for operators: they look at a deployment from outside.
    folder: 'infra/operate/deployment',
    paths: ['shared/command'],
    packages: ['@aws-sdk/client-secrets-manager', '@smithy/signature-v4', 'jose', 'zod', 'node:'],
  },
  {
    folder: 'infra/operate/configure',
    paths: ['infra/operate/deployment', 'shared/command'],
    packages: ['node:'],
  },
  { folder: 'infra/operate/cdk', paths: ['shared/command'], packages: ['zod', 'node:'] },
  {
    folder: 'infra/operate/trace',
    paths: ['shared/command'],
    packages: ['zod', 'node:'],
  },
  {
    folder: 'infra/operate/doctor',
    paths: ['infra/operate/deployment', 'shared/command', 'shared/config.ts'],
    packages: ['jose', 'zod', 'node:'],
  },
  {
    folder: 'infra/operate/probe',
    paths: ['infra/operate/deployment', 'shared/command', 'shared/config.ts', 'shared/contract'],
    packages: ['zod', 'node:'],
  },
  {
    // An example for the stack that owns a user pool: the construct and its trigger.
    folder: 'docs/examples/cognito',
    paths: ['infra/aws/bundle.ts'],
    packages: [
      '@aws-sdk/client-dynamodb',
      'aws-cdk-lib',
      'aws-lambda',
      'constructs',
      'esbuild',
      'jose',
      'node:',
    ],
  },
  {
    folder: 'infra/local',
    paths: ['shared/config.ts', 'shared/command', 'shared/contract', 'shared/client'],
    packages: [
      'node:',
      'ws',
      'dynalite',
      'jose',
      'zod',
      'aws-lambda',
      'esbuild',
      'playwright-core',
    ],
  },
];

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

function sources(folder: string): readonly string[] {
  return globSync(`${folder}/**/*.{ts,mjs}`).filter((file) => !file.includes('node_modules'));
}

describe('architecture', () => {
  it.each(RULES)('keeps to its imports: $folder', ({ folder, paths, packages }) => {
    const isAllowed = ({ target, isType }: Import): boolean =>
      target.startsWith(`${folder}/`) ||
      packages.some((name) => target === name || target.startsWith(name)) ||
      paths.some((path) => {
        const [prefix = '', typesOnly] = path.split(' ');
        return (typesOnly === undefined || isType) && target.startsWith(prefix);
      });
    const inner = RULES.filter((rule) => rule.folder.startsWith(`${folder}/`));
    const files = sources(folder).filter(
      (file) => !inner.some((rule) => file.startsWith(`${rule.folder}/`)),
    );
    expect(files).not.toEqual([]);
    expect(files.flatMap(importsOf).filter((found) => !isAllowed(found))).toEqual([]);
  });

  it.each(readdirSync('functions'))('keeps wiring and behaviour of %s apart', (name) => {
    const [behaviour, wiring] = [`functions/${name}/handler.ts`, `functions/${name}/index.ts`];
    expect(sources(`functions/${name}`).toSorted()).toEqual([behaviour, wiring]);
    const isAllowed: Readonly<Record<string, (target: string) => boolean>> = {
      [behaviour]: (target) => !/^(functions|shared\/(dependencies|adapters))\//.test(target),
      [wiring]: (target) => target === behaviour || /^shared\/(dependencies|lambda)\//.test(target),
    };
    const imports = [behaviour, wiring].flatMap(importsOf);
    expect(imports.filter(({ file, target }) => !isAllowed[file]?.(target))).toEqual([]);
  });

  it('lets the domain hash in one file, and nowhere be random', () => {
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

  it('has no barrel, no utils, no types file', () => {
    const names = ['infra', 'shared', 'test'].flatMap(sources);
    expect(names.filter((file) => /(^|\/)(index|utils|types|helpers)\.ts$/.test(file))).toEqual([]);
  });

  it.each(Object.entries(TREE))('has exactly the agreed folders in %s', (folder, names) => {
    const found = readdirSync(folder, { withFileTypes: true }).filter((entry) =>
      entry.isDirectory(),
    );
    expect(found.map(({ name }) => name).toSorted()).toEqual(names);
  });

  it('has exactly the agreed top level', () => {
    const found = readdirSync('.').filter(
      (name) => !name.startsWith('.') && !GENERATED.includes(name),
    );
    expect(found.toSorted()).toEqual(TOP_LEVEL);
  });
});
