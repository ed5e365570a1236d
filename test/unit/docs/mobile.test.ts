/** The tables of docs/mobile.md against the code. */

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ClientProblem, isUncertain } from '../../../shared/client/problem.ts';
import { PROBLEMS } from '../../../shared/domain/errors.ts';
import { SKIP_ERRORS } from '../../../shared/domain/workflow.ts';

const FILE = 'docs/mobile.md';
const text = readFileSync(FILE, 'utf8');

describe(FILE, () => {
  it('lists every problem with its status, its retry and what the client does', () => {
    const [, table = ''] =
      /<!-- retry table:[^>]*-->\n([\s\S]*?)\n<!-- \/retry table -->/.exec(text) ?? [];
    const rows = table
      .split('\n')
      .slice(2)
      .map((row) => row.split('|').map((cell) => cell.trim()))
      .map(([, ...cells]) => cells.slice(0, 5));
    const yes = (isTrue: boolean): string => (isTrue ? 'yes' : 'no');
    const expected = Object.entries(PROBLEMS).map(([code, { status, retryable }]) => {
      const repeats = isUncertain(new ClientProblem(code, '', { status, retryable }));
      const advice = expect.stringMatching(/\w/);
      return [String(status), `\`${code}\``, yes(retryable), yes(repeats), advice];
    });
    expect(rows).toEqual(expected);
  });

  it('names every reason to leave a channel', () => {
    const own = ['other', 'request_id_mismatch'];
    const named = SKIP_ERRORS.filter((error) => !own.includes(error));
    expect(named.filter((error) => !text.includes(error))).toEqual([]);
  });
});
