import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const FOLDER = 'docs/runbooks';

/** The ids of all alarm rules, as their runbooks are named. */
const alarms = globSync('infra/aws/alarm-rules/*.ts')
  .flatMap((file) => [...readFileSync(file, 'utf8').matchAll(/^\s+id: '(\w+)'/gm)])
  .map(([, id = '']) => id.replace(/(?<=[a-z0-9])(?=[A-Z])/g, '-').toLowerCase());

describe('docs/runbooks', () => {
  it('has one for every alarm', () => {
    expect(alarms.length).toBeGreaterThan(15);
    expect(alarms.filter((name) => !existsSync(join(FOLDER, `${name}.md`)))).toEqual([]);
  });

  it('lists every one of them, and links only to what is there', () => {
    const files = readdirSync(FOLDER);
    const index = readFileSync(join(FOLDER, 'README.md'), 'utf8');
    expect(files.filter((file) => file !== 'README.md' && !index.includes(`(${file})`))).toEqual(
      [],
    );
    for (const file of files) {
      const links = [...readFileSync(join(FOLDER, file), 'utf8').matchAll(/\]\(([^)#:]+)\)/g)];
      const missing = links.filter(([, target = '']) => !existsSync(join(FOLDER, target)));
      expect(
        missing.map(([link]) => link),
        file,
      ).toEqual([]);
    }
  });

  it('says of every alarm what to do, and how to know that it is over', () => {
    for (const name of alarms) {
      const text = readFileSync(join(FOLDER, `${name}.md`), 'utf8');
      for (const heading of [
        'First look',
        'Likely causes',
        'What to do',
        'How to know it is over',
      ]) {
        expect(text, name).toContain(`## ${heading}`);
      }
    }
  });
});
