/** The numbers as a file: each run replaces the sections that it measured. */

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, platform } from 'node:os';
import { dirname, join } from 'node:path';
import type { ColdReport } from './cold/measure.ts';
import type { CostReport } from './cost/measure.ts';
import type { GrowthResult } from './load/growth.ts';
import type { ProfileReport } from './profile/measure.ts';
import type { TrickReport } from './tricks/measure.ts';
import type { VerificationReport } from './verification/measure.ts';

export interface Section {
  readonly measuredAt: string;
  readonly node: string;
  readonly machine: string;
}

export interface Report {
  readonly cold?: Section & ColdReport;
  readonly tricks?: Section & TrickReport;
  readonly verification?: Section & VerificationReport;
  readonly profile?: Section & ProfileReport;
  readonly growth?: Section & { readonly results: readonly GrowthResult[] };
  readonly cost?: Section & CostReport;
}

export const REPORT_FILE = join(import.meta.dirname, '..', '..', '..', 'reports', 'bench.json');

export function describeRun(): Section {
  const [cpu] = cpus();
  return {
    measuredAt: new Date().toISOString(),
    node: process.version,
    machine: `${platform()} ${process.arch}, ${cpus().length} × ${cpu?.model.trim() ?? 'CPU'}`,
  };
}

export function addToReport(sections: Report): void {
  mkdirSync(dirname(REPORT_FILE), { recursive: true });
  writeFileSync(REPORT_FILE, `${JSON.stringify({ ...readReport(), ...sections }, null, 2)}\n`);
}

export function readReport(): Report {
  if (!existsSync(REPORT_FILE)) return {};
  try {
    return JSON.parse(readFileSync(REPORT_FILE, 'utf8'));
  } catch {
    return {}; // a run that was interrupted while it wrote
  }
}
