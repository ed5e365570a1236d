/** What the repository promises about itself, outside of any module. */

import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const json = (file: string) => JSON.parse(readFileSync(file, 'utf8'));

describe('the version', () => {
  const { version } = json('package.json');

  it.each(['docs/openapi.json', 'docs/asyncapi.json'])('is that of %s', (file) => {
    expect(json(file).info.version).toBe(version);
  });

  it('is that of the lockfile and of every package of the project', () => {
    const packages = ['package-lock.json', ...globSync('shared/**/package.json')];
    const others = packages.filter((file) => json(file).version !== version);
    expect(others).toEqual([]);
  });

  it('is in the changelog', () => {
    expect(readFileSync('CHANGELOG.md', 'utf8')).toContain(`## ${version}`);
  });
});

describe('the lockfile', () => {
  const { packages } = json('package-lock.json');
  /** What a package brings inside its own archive is covered by that archive's hash. */
  const fetched = Object.entries<Record<string, unknown>>(packages).filter(
    ([path, { inBundle, link }]) => path !== '' && !inBundle && !link,
  );

  it('has an integrity for every package', () => {
    expect(fetched.filter(([, { integrity }]) => !integrity).map(([path]) => path)).toEqual([]);
  });

  it('names no registry, so that every mirror serves', () => {
    expect(fetched.filter(([, { resolved }]) => resolved).map(([path]) => path)).toEqual([]);
  });

  it('has exact versions only', () => {
    const { dependencies, devDependencies, optionalDependencies } = json('package.json');
    const versions = Object.entries({
      ...dependencies,
      ...devDependencies,
      ...optionalDependencies,
    });
    expect(versions.filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(String(version)))).toEqual([]);
  });
});

/** Where people look for commands. */
const PAGES = ['README.md', 'CONTRIBUTING.md', 'docs/operating.md'];
const named = new Set(
  PAGES.flatMap((page) => [...readFileSync(page, 'utf8').matchAll(/npm (?:run )?([a-z:-]+)/g)]).map(
    ([, name = '']) => name,
  ),
);

describe('the pages for people', () => {
  const scripts: Record<string, string> = json('package.json').scripts;

  it('name every command', () => {
    expect(Object.keys(scripts).filter((name) => !named.has(name))).toEqual([]);
  });

  it('name only commands that exist', () => {
    const ofNpm = ['ci', 'install', 'pack', 'publish', 'version'];
    expect([...named].filter((name) => !(name in scripts || ofNpm.includes(name)))).toEqual([]);
  });
});

describe('README', () => {
  it('is short enough to be read', () => {
    expect(readFileSync('README.md', 'utf8').split('\n').length).toBeLessThanOrEqual(160);
  });
});
