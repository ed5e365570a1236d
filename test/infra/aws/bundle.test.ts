import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Bundles, bundleFunctions } from '../../../infra/aws/bundle.ts';
import { FUNCTION_NAMES } from '../../../shared/config.ts';

interface Metafile {
  readonly outputs: Record<string, { readonly imports: readonly { path: string; kind: string }[] }>;
}

describe('bundleFunctions', () => {
  const outputFolder = mkdtempSync(join(tmpdir(), 'silent-auth-bundles-'));
  let bundles: Bundles;
  let meta: Metafile;

  beforeAll(async () => {
    bundles = await bundleFunctions({ functionsFolder: 'functions', outputFolder });
    meta = JSON.parse(readFileSync(join(outputFolder, 'meta.json'), 'utf8'));
  }, 60_000);

  afterAll(() => rmSync(outputFolder, { recursive: true, force: true }));

  it.each(FUNCTION_NAMES)('makes one module of %s that exports its handler', (name) => {
    expect(readdirSync(bundles[name])).toEqual(['index.mjs']);
    expect(readFileSync(join(bundles[name], 'index.mjs'), 'utf8')).toMatch(
      /export\s*\{[^}]*\bhandler\b[^}]*\}/,
    );
  });

  it('leaves out only what no invocation reaches', () => {
    const left = Object.values(meta.outputs)
      .flatMap(({ imports }) => imports)
      .filter(({ path }) => !path.startsWith('node:'));
    for (const { kind, path } of left) {
      // A static import of a package that is not in the zip would fail every cold start.
      expect(kind, path).toBe('dynamic-import');
      expect(path).toMatch(/credential-provider|nested-clients|token-providers|event-streams/);
    }
  });

  it('keeps source maps outside what is uploaded', () => {
    expect(readdirSync(join(outputFolder, 'maps')).sort()).toEqual(
      FUNCTION_NAMES.map((name) => `${name}.mjs.map`).sort(),
    );
  });
});
