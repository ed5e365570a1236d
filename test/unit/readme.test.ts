import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const read = (file: string): string => readFileSync(file, 'utf8');
const { scripts }: { scripts: Record<string, string> } = JSON.parse(read('package.json'));

/** Where people look for commands. */
const PAGES = ['README.md', 'CONTRIBUTING.md', 'docs/operating.md'];
const named = new Set(
  PAGES.flatMap((page) => [...read(page).matchAll(/npm (?:run )?([a-z:-]+)/g)]).map(
    ([, name = '']) => name,
  ),
);

describe('the pages for people', () => {
  it('name every command', () => {
    expect(Object.keys(scripts).filter((name) => !named.has(name))).toEqual([]);
  });

  it('name only commands that exist', () => {
    const ofNpm = ['ci', 'install', 'pack', 'publish', 'version'];
    expect([...named].filter((name) => !(name in scripts || ofNpm.includes(name)))).toEqual([]);
  });

  it('name commands whose files exist', () => {
    const files = Object.values(scripts).flatMap(
      (command) => /^exec node (\S+\.ts)/.exec(command)?.[1] ?? [],
    );
    expect(files.filter((file) => !existsSync(file))).toEqual([]);
  });
});

describe('README', () => {
  it('is short enough to be read', () => {
    expect(read('README.md').split('\n').length).toBeLessThanOrEqual(160);
  });
});
