/** The tables of docs/api.md against the code. */

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { HTTP_ROUTES } from '../../../shared/config.ts';
import { problemTable } from '../../../shared/contract/published/problem-table.ts';
import { REASONS } from '../../../shared/domain/verification.ts';
import { SKIP_ERRORS } from '../../../shared/domain/workflow.ts';

const page = readFileSync('docs/api.md', 'utf8');

function between(name: string): string {
  const section = new RegExp(`<!-- ${name}:[^>]*-->\\n([\\s\\S]*?)\\n<!-- /${name} -->`);
  return section.exec(page)?.[1] ?? '';
}

describe('docs/api.md', () => {
  it('lists the problem codes of the code', () => {
    expect(between('problems')).toBe(problemTable());
  });

  it('says what the app shows for every reason', () => {
    expect(REASONS.filter((reason) => !between('reasons').includes(`\`${reason}\``))).toEqual([]);
  });

  it('has a section for every route', () => {
    const headings = page.match(/^### .+$/gm)?.join('\n') ?? '';
    const missing = Object.keys(HTTP_ROUTES).filter((route) => !headings.includes(`\`${route}\``));
    expect(missing).toEqual([]);
  });

  it('names every error that a channel can be skipped with', () => {
    expect(SKIP_ERRORS.filter((error) => !page.includes(`\`${error}\``))).toEqual([]);
  });
});
