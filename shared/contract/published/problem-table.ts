/** The problem codes as a Markdown table: docs/api.md holds a copy, which a test compares. */

import { PROBLEMS } from '../../domain/errors.ts';

export function problemTable(): string {
  const rows = Object.entries(PROBLEMS).map(
    ([code, { status, title, retryable, advice }]) =>
      `| ${status} | \`${code}\` | ${title} | ${retryable ? 'yes' : 'no'} | ${advice} |`,
  );
  return [
    '| status | code | meaning | retry | what the app does |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}
