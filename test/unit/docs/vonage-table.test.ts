/** docs/vonage.md names only tests that exist. */

import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const page = readFileSync('docs/vonage.md', 'utf8');
const table = page.split('\n').filter((line) => /^\| \d+ \|/.test(line));

it('the table of uncertain facts has twenty rows', () => {
  expect(table.map((row) => Number(row.split('|')[1]))).toEqual(
    Array.from({ length: 20 }, (_, index) => index + 1),
  );
});

it.each(table.map((row) => [row.split('|')[2]?.trim(), row]))(
  'the fact "%s" has a test',
  (_fact, row) => {
    const named = row.split('|').at(-2) ?? '';
    const [file] = /test\/[\w./-]+\.ts/.exec(named) ?? [];
    const titles = [...named.matchAll(/› ([^`]+)`/g)].map(([, title = '']) => title);
    if (file === undefined) {
      expect(named.trim()).toBe('as 6');
      return;
    }
    const text = readFileSync(file, 'utf8');
    for (const title of titles) expect(text).toContain(title);
  },
);
