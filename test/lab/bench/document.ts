/** `npm run bench -- --document`: puts the tables of the last runs into `docs/performance.md`. */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { printSections } from './print.ts';
import type { Report, Section } from './report.ts';
import { toMarkdown } from './table.ts';

const DOCUMENT = join(import.meta.dirname, '..', '..', '..', 'docs', 'performance.md');

/** Sections that were never measured here stay as they are. */
export function documentReport(report: Report): void {
  const tables = printSections(report, toMarkdown);
  const origins: Readonly<Record<string, Section | undefined>> = {
    ...report,
    memory: report.verification,
  };
  let text = readFileSync(DOCUMENT, 'utf8');
  for (const [name, table] of Object.entries(tables)) {
    const origin = origins[name];
    if (table === undefined || !origin) continue;
    const { machine, node, measuredAt } = origin;
    const measured = `${machine}, Node ${node}, ${measuredAt.slice(0, 10)}.`;
    text = replaceBetween(text, name, `${table}\n\n${measured}`);
  }
  writeFileSync(DOCUMENT, text);
}

function replaceBetween(text: string, name: string, table: string): string {
  const [begin, end] = [`<!-- bench: ${name} -->`, '<!-- end -->'];
  const from = text.indexOf(begin);
  const to = text.indexOf(end, from);
  if (from < 0 || to < 0) throw new Error(`${DOCUMENT} has no place for the section ${name}`);
  return `${text.slice(0, from + begin.length)}\n\n${table}\n\n${text.slice(to)}`;
}
