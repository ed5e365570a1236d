import { existsSync, mkdirSync, readdirSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openAssembly } from '../../../../infra/local/assemblies.ts';
import { makeTemporaryFolder } from '../../../fixtures/fixture-assembly.ts';

const DEV = { context: { stage: 'dev' } };

function workshop(end = () => Promise.resolve()) {
  const made: unknown[] = [];
  const make = async (folder: string, { context }: { readonly context: object }): Promise<void> => {
    // A folder takes the place of an empty one, not of a finished assembly.
    mkdirSync(join(folder, 'assets'), { recursive: true });
    made.push(context);
    await end();
  };
  return { folder: makeTemporaryFolder(), make, made };
}

describe('openAssembly', () => {
  it('runs the app once for the same sources and context', async () => {
    const { made, ...shop } = workshop();
    const assembly = await openAssembly(DEV, shop);
    expect(existsSync(assembly)).toBe(true);
    expect(await openAssembly(DEV, shop)).toBe(assembly);
    const other = { context: { stage: 'dev', stageSettings: { logLevel: 'DEBUG' } } };
    expect(await openAssembly(other, shop)).not.toBe(assembly);
    expect(made).toEqual([DEV.context, other.context]);
  });

  it('removes everything of a run that failed, and runs it again', async () => {
    const failing = workshop(() => Promise.reject(new Error('no such stage')));
    await expect(openAssembly(DEV, failing)).rejects.toThrow('no such stage');
    expect(readdirSync(failing.folder)).toEqual([]);
    const { folder } = failing;
    expect(existsSync(await openAssembly(DEV, { ...workshop(), folder }))).toBe(true);
  });

  it('gives two callers at once the same complete assembly', async () => {
    const { promise: both, resolve } = Promise.withResolvers<void>();
    const { made, ...shop } = workshop(() => {
      if (made.length === 2) resolve();
      return both;
    });
    const [one, other] = await Promise.all([openAssembly(DEV, shop), openAssembly(DEV, shop)]);
    expect(one).toBe(other);
    expect(readdirSync(shop.folder)).toHaveLength(1);
  });

  it.each([
    [25, false],
    [23, true],
  ])('keeps an assembly that was opened %i hours ago: %s', async (hours, isKept) => {
    const shop = workshop();
    const older = join(shop.folder, 'older');
    const at = new Date(Date.now() - hours * 60 * 60 * 1000);
    mkdirSync(older);
    utimesSync(older, at, at);
    await openAssembly(DEV, shop);
    expect(existsSync(older)).toBe(isKept);
  });
});
