/** The collected log lines and measurements in a stack's folder. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Sample, toSamples } from './emf.ts';
import type { Row } from './log-expression.ts';

export interface Collected {
  readonly samples: readonly Sample[];
  /** JSON lines of the functions, measurements included. */
  readonly lines: readonly Row[];
}

/** Folders within the stack's folder. */
export const LOGS_FOLDER = 'logs';
export const METRICS_FOLDER = 'metrics';

export function readCollected(folder: string): Collected {
  const lines = readFolder(join(folder, LOGS_FOLDER));
  const records = [...lines, ...readFolder(join(folder, METRICS_FOLDER))];
  return { lines, samples: records.flatMap(toSamples) };
}

/** Parses one printed line; undefined when it is not JSON. */
export function parseLine(line: string): Row | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const parsed: unknown = JSON.parse(line);
    return typeof parsed === 'object' && parsed !== null ? { ...parsed } : undefined;
  } catch {
    return undefined; // The line is incomplete: the stack is still writing it.
  }
}

function readFolder(folder: string): Row[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('.log'))
    .flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n'))
    .map(parseLine)
    .filter((row) => row !== undefined);
}
