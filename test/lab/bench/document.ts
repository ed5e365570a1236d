/** `npm run bench -- --document`: puts the tables of the last runs into `docs/performance.md`. */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  printCold,
  printCost,
  printGrowth,
  printMemory,
  printProfile,
  printTricks,
  printVerifications,
} from './print.ts';
import type { Report, Section } from './report.ts';
import { toMarkdown } from './table.ts';

const DOCUMENT = join(import.meta.dirname, '..', '..', '..', 'docs', 'performance.md');

/** Sections that were never measured here stay as they are. */
export function documentReport(report: Report): void {
  const { cold, verification, tricks, profile, growth, cost } = report;
  const tables = {
    cold: cold && withOrigin(cold, printCold(cold, toMarkdown)),
    verification:
      verification && withOrigin(verification, printVerifications(verification, toMarkdown)),
    memory: verification && withOrigin(verification, printMemory(verification, cost, toMarkdown)),
    tricks: tricks && withOrigin(tricks, printTricks(tricks, toMarkdown)),
    profile: profile && withOrigin(profile, printProfile(profile, toMarkdown)),
    growth: growth && withOrigin(growth, printGrowth(growth.results, toMarkdown)),
    cost: cost && withOrigin(cost, printCost(cost, toMarkdown)),
  };
  let text = readFileSync(DOCUMENT, 'utf8');
  for (const [name, table] of Object.entries(tables)) {
    if (table !== undefined) text = replaceBetween(text, name, table);
  }
  writeFileSync(DOCUMENT, text);
}

function withOrigin({ machine, node, measuredAt }: Section, table: string): string {
  return `${table}\n\n${machine}, Node ${node}, ${measuredAt.slice(0, 10)}.`;
}

function replaceBetween(text: string, name: string, table: string): string {
  const [begin, end] = [`<!-- bench: ${name} -->`, '<!-- end -->'];
  const from = text.indexOf(begin);
  const to = text.indexOf(end, from);
  if (from < 0 || to < 0) throw new Error(`${DOCUMENT} has no place for the section ${name}`);
  return `${text.slice(0, from + begin.length)}\n\n${table}\n\n${text.slice(to)}`;
}
