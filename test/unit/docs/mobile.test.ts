/** The tables of docs/mobile.md against the code. */

import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ClientProblem, isUncertain } from '../../../shared/client/problem.ts';
import { PROBLEMS } from '../../../shared/domain/errors.ts';
import { SKIP_ERRORS } from '../../../shared/domain/workflow.ts';

const FILE = 'docs/mobile.md';
const text = readFileSync(FILE, 'utf8');

describe(FILE, () => {
  it('says of every problem what the code says and does', () => {
    const [, table = ''] =
      /<!-- retry table:[^>]*-->\n([\s\S]*?)\n<!-- \/retry table -->/.exec(text) ?? [];
    const rows = table
      .split('\n')
      .slice(2)
      .map((row) => row.split('|').map((cell) => cell.trim()))
      .map(([, status, code, retry, repeats, advice]) => ({
        status,
        code,
        retry,
        repeats,
        advice,
      }));
    const yes = (isTrue: boolean): string => (isTrue ? 'yes' : 'no');
    const expected = Object.entries(PROBLEMS).map(([code, { status, retryable }]) => ({
      status: String(status),
      code: `\`${code}\``,
      retry: yes(retryable),
      repeats: yes(isUncertain(new ClientProblem(code, '', { status, retryable }))),
      advice: expect.stringMatching(/\w/),
    }));
    expect(rows).toEqual(expected);
  });

  it('names every reason to leave a channel', () => {
    const own = ['other', 'request_id_mismatch'];
    const named = SKIP_ERRORS.filter((error) => !own.includes(error));
    expect(named.filter((error) => !text.includes(error))).toEqual([]);
  });

  it('links only to what is there', () => {
    const links = [...text.matchAll(/\]\(([^)#:]+)\)/g)].map(([, target]) => target ?? '');
    expect(links.filter((target) => !existsSync(join(dirname(FILE), target)))).toEqual([]);
  });
});
