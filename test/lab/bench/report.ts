/** What was measured, as tables: a file for machines, text for a terminal, Markdown for the docs. */

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, platform } from 'node:os';
import { dirname, join } from 'node:path';
import { type Figure, show } from './statistics.ts';

/** Cells by the titles of their columns. */
export type Row = Readonly<Record<string, Figure | string>>;
/** Tables, and sentences about them. */
type Part = readonly Row[] | string;

interface Section {
  readonly parts: readonly Part[];
  /** Of a happy verification, in the section `cost`: what prices the functions' memory. */
  readonly functions?: Readonly<Record<string, FunctionUse>>;
  readonly measuredAt: string;
  readonly machine: string;
}

export interface FunctionUse {
  readonly calls: number;
  readonly cpuMs: number;
}

export type Measured = Pick<Section, 'parts' | 'functions'>;
type Report = Readonly<Partial<Record<string, Section>>>;

const ROOT = join(import.meta.dirname, '..', '..', '..');
export const REPORT_FILE = join(ROOT, 'reports', 'bench.json');
const DOCUMENT = join(ROOT, 'docs', 'performance.md');

export function readReport(): Report {
  if (!existsSync(REPORT_FILE)) return {};
  try {
    return JSON.parse(readFileSync(REPORT_FILE, 'utf8'));
  } catch {
    return {}; // a run that was interrupted while it wrote
  }
}

/** Replaces what an earlier run has measured of the same name. */
export function addToReport(name: string, measured: Measured): void {
  const [cpu] = cpus();
  const machine = `${platform()} ${process.arch}, ${cpus().length} × ${cpu?.model.trim() ?? 'CPU'}`;
  const section: Section = {
    ...measured,
    measuredAt: new Date().toISOString(),
    machine: `${machine}, Node ${process.version}`,
  };
  mkdirSync(dirname(REPORT_FILE), { recursive: true });
  writeFileSync(REPORT_FILE, `${JSON.stringify({ ...readReport(), [name]: section }, null, 2)}\n`);
}

/** Puts the tables of the last runs into the document; what was never measured here stays. */
export function documentReport(): void {
  let text = readFileSync(DOCUMENT, 'utf8');
  for (const [name, section] of Object.entries(readReport())) {
    if (!section) continue;
    const { parts, machine, measuredAt } = section;
    const measured = `${toText(parts, false)}\n\n${machine}, ${measuredAt.slice(0, 10)}.`;
    const place = new RegExp(`(?<=<!-- bench: ${name} -->\n\n).*?(?=\n\n<!-- end -->)`, 's');
    if (!place.test(text)) throw new Error(`${DOCUMENT} has no place for the section ${name}`);
    text = text.replace(place, () => measured);
  }
  writeFileSync(DOCUMENT, text);
}

/** Tables in Markdown. @param isAligned for a terminal */
export function toText(parts: readonly Part[], isAligned: boolean): string {
  const texts = parts.map((part) => (typeof part === 'string' ? part : toTable(part, isAligned)));
  return texts.join('\n\n');
}

/** The first column to the left, the others to the right. */
function toTable(rows: readonly Row[], isAligned: boolean): string {
  const titles = Object.keys(rows[0] ?? {});
  const cells = [titles, ...rows.map((row) => titles.map((title) => show(row[title])))];
  const widths = titles.map((_, column) =>
    isAligned ? Math.max(4, ...cells.map((row) => row[column]?.length ?? 0)) : 0,
  );
  const line = (row: readonly string[]): string => {
    const padded = row.map((cell, column) =>
      column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
    );
    return `| ${padded.join(' | ')} |`;
  };
  const rule = titles.map((_, column) => (column === 0 ? '---' : '---:'));
  const [header = [], ...others] = cells;
  return [header, rule, ...others].map(line).join('\n');
}
