/** The tables of the documents against the code. */

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ClientProblem, isUncertain } from '../../../shared/client/problem.ts';
import { HTTP_ROUTES } from '../../../shared/config.ts';
import { problemTable } from '../../../shared/contract/published/problem-table.ts';
import { PROBLEMS } from '../../../shared/domain/errors.ts';
import { REASONS } from '../../../shared/domain/verification.ts';
import { SKIP_ERRORS } from '../../../shared/domain/workflow.ts';

const [api = '', mobile = '', vonage = ''] = ['api', 'mobile', 'vonage'].map((name) =>
  readFileSync(`docs/${name}.md`, 'utf8'),
);

function between(page: string, name: string): string {
  const section = new RegExp(`<!-- ${name}:[^>]*-->\\n([\\s\\S]*?)\\n<!-- /${name} -->`);
  return section.exec(page)?.[1] ?? '';
}

function cellsOf(row: string): readonly string[] {
  return row
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());
}

describe('docs/api.md', () => {
  const reasons = between(api, 'reasons');
  const headings = api.match(/^### .+$/gm)?.join('\n') ?? '';
  it.each<[what: string, names: readonly string[], text: string]>([
    ['every reason', REASONS, reasons],
    ['every route in a heading', Object.keys(HTTP_ROUTES), headings],
    ['every error that a channel can be skipped with', SKIP_ERRORS, api],
  ])('names %s', (_what, names, text) => {
    expect(names.filter((name) => !text.includes(`\`${name}\``))).toEqual([]);
  });

  it('lists the problem codes of the code', () => {
    expect(between(api, 'problems')).toBe(problemTable());
  });
});

describe('docs/mobile.md', () => {
  it('lists every problem with its status, its retry and what the client does', () => {
    const rows = between(mobile, 'retry table').split('\n').slice(2).map(cellsOf);
    const yes = (isTrue: boolean): string => (isTrue ? 'yes' : 'no');
    const expected = Object.entries(PROBLEMS).map(([code, { status, retryable }]) => {
      const repeats = isUncertain(new ClientProblem(code, '', { status, retryable }));
      const advice = expect.stringMatching(/\w/);
      return [String(status), `\`${code}\``, yes(retryable), yes(repeats), advice];
    });
    expect(rows.map((cells) => cells.slice(0, 5))).toEqual(expected);
  });

  it('names every reason to leave a channel', () => {
    const own = ['other', 'request_id_mismatch'];
    const named = SKIP_ERRORS.filter((error) => !own.includes(error));
    expect(named.filter((error) => !mobile.includes(error))).toEqual([]);
  });
});

describe('docs/vonage.md', () => {
  const facts = (vonage.match(/^\| \d+ \|.*$/gm) ?? []).map(cellsOf);

  it('lists twenty uncertain facts', () => {
    expect(facts.map(([number]) => Number(number))).toEqual([...Array(21).keys()].slice(1));
  });

  it.each(facts)('%s: the fact "%s" has a test', (...cells) => {
    const named = cells.at(-1) ?? '';
    if (named === 'as 6') return;
    const [file = ''] = /test\/[\w./-]+\.ts/.exec(named) ?? [];
    const text = readFileSync(file, 'utf8');
    for (const [, title = ''] of named.matchAll(/› ([^`]+)`/g)) expect(text).toContain(title);
  });
});
