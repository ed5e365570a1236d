import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { problemTable } from '../../shared/contract/published/problem-table.ts';
import { REASONS } from '../../shared/domain/verification.ts';

const readme = readFileSync('README.md', 'utf8');
const scripts: Record<string, string> = JSON.parse(readFileSync('package.json', 'utf8')).scripts;

describe('README', () => {
  it('holds the table of problem codes as the code has it', () => {
    const [, table] = /<!-- problems:[^>]*-->\n([\s\S]*?)\n<!-- \/problems -->/.exec(readme) ?? [];
    expect(table).toBe(problemTable());
  });

  it('says what the app shows for every reason', () => {
    expect(REASONS.filter((reason) => !readme.includes(`\`${reason}\``))).toEqual([]);
  });

  it('names only commands that exist, and all of them that a person runs', () => {
    const named = [...readme.matchAll(/npm run ([a-z:-]+)/g)].map(([, name]) => name ?? '');
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
    const internal = ['start', 'test', 'check', 'format', 'synth'];
    expect(
      Object.keys(scripts).filter((name) => !internal.includes(name) && !named.includes(name)),
    ).toEqual([]);
  });

  it('has commands whose files exist', () => {
    const files = Object.values(scripts).flatMap(
      (command) => /^exec node (\S+)/.exec(command)?.[1] ?? [],
    );
    expect(files.filter((file) => !existsSync(file))).toEqual([]);
  });

  it('links only to what is there', () => {
    const links = [...readme.matchAll(/\]\(([^)#:]+)\)/g)].map(([, target]) => target ?? '');
    expect(links.filter((target) => !existsSync(target))).toEqual([]);
  });
});
