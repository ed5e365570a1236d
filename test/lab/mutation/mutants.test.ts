import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { misfitOf, readMutants } from './mutants.ts';

const MUTANTS = readMutants();

describe('mutants', () => {
  it('fit their source once each, and name tests that exist', () => {
    expect(MUTANTS.flatMap((mutant) => misfitOf(mutant, '.') ?? [])).toEqual([]);
  });

  it('have unique names', () => {
    expect(new Set(MUTANTS.map(({ name }) => name)).size).toBe(MUTANTS.length);
  });

  it('name rows of docs/security.md that exist', () => {
    const text = readFileSync('docs/security.md', 'utf8');
    const rows = new Set([...text.matchAll(/^\| ([STLR]\d+b?) \|/gm)].map(([, row]) => row));
    const named = MUTANTS.map(({ rule }) => rule).filter((rule) => /^[STLR]\d/.test(rule));
    expect(named.filter((rule) => !rows.has(rule))).toEqual([]);
  });
});
