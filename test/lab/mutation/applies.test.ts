/** Every act of sabotage still fits the source, so that none is a blow in the air. */

import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { sabotaged } from './mutant.ts';
import { MUTANTS } from './mutants.ts';

describe('the mutants', () => {
  it.each(MUTANTS)('change the source and name tests that exist: $name', (mutant) => {
    expect(sabotaged(mutant, '.')).not.toBe(sabotaged({ ...mutant, replace: mutant.find }, '.'));
    expect(mutant.tests).not.toEqual([]);
    expect(mutant.tests.filter((file) => !existsSync(file))).toEqual([]);
  });

  it('have names of their own', () => {
    expect(new Set(MUTANTS.map(({ name }) => name)).size).toBe(MUTANTS.length);
  });
});
