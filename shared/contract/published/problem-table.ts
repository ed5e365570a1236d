/** The problem codes as a Markdown table: the README's copy is made here, and tested against it. */

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
