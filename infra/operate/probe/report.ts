/** The probe's report: the table of docs/vonage.md with the observations. */

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Observations } from './observations.ts';
import { misbehaviours, toReadings } from './readings.ts';

const TABLE = new URL('../../../docs/vonage.md', import.meta.url);
const UNSEEN = 'not seen with +990 numbers';

export interface Fact {
  readonly number: number;
  readonly fact: string;
  readonly seen: string | null;
}

export interface Report {
  readonly stage: string;
  readonly at: string;
  readonly misbehaves: readonly string[];
  readonly facts: readonly Fact[];
  readonly observations: Observations;
}

export function toReport(stage: string, seen: Observations): Report {
  const readings = toReadings(seen);
  const facts = readFacts().map(([number, fact]) => ({
    number,
    fact,
    seen: readings[number] ?? null,
  }));
  return {
    stage,
    at: new Date().toISOString(),
    misbehaves: misbehaviours(seen),
    facts,
    observations: seen,
  };
}

export function toTable({ facts, misbehaves }: Report): string {
  const rows = facts.map(
    ({ number, fact, seen }) =>
      `${String(number).padStart(2)}  ${fact}
      ${seen ?? UNSEEN}`,
  );
  const verdict =
    misbehaves.length === 0
      ? 'The product behaved correctly in everything that was observed.'
      : `The product misbehaves: ${misbehaves.join(', ')}. See docs/vonage.md, "The probe".`;
  return [...rows, '', verdict].join('\n');
}

export function writeReport(file: string, report: Report): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(report, null, 2)}\n`);
}

/** Number and name of each open fact, from docs/vonage.md. */
export function readFacts(): readonly (readonly [number: number, fact: string])[] {
  const rows = readFileSync(TABLE, 'utf8').matchAll(/^\| (\d+) \| ([^|]+) \|/gm);
  return [...rows].map(([, number, fact = '']) => [Number(number), fact.trim()]);
}
