/** What each function's bundle may weigh and hold. Nothing here measures time. */

import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Bundles, bundleFunctions } from '../../../infra/aws/bundle.ts';
import { getStage } from '../../../infra/aws/stages.ts';
import { FUNCTION_NAMES, type FunctionName } from '../../../shared/config.ts';

const KILOBYTE = 1024;
/** Bounds every bundle: its size is time in each cold start (`docs/performance.md`). */
const MAX_KILOBYTES = 340;
const MAX_GZIP_KILOBYTES = 120;

const CRUMBS_BYTES = 50;

const CALLS_VONAGE = ['start', 'check-code', 'next-workflow', 'cancel', 'clock'] as const;
const READS_BODIES = ['start', 'check-code', 'next-workflow', 'proof', 'message'] as const;
const HEARS_OR_READS = ['status', 'message', 'webhook', 'clock'] as const;
const PUSHES = ['check-code', 'next-workflow', 'cancel', ...HEARS_OR_READS] as const;
const READS_SECRETS = [...CALLS_VONAGE, 'webhook', 'proof'] as const;
const STORES = FUNCTION_NAMES.filter((name) => name !== 'contracts');

/** Parts of bundles with the functions that need them: our adapters, packages, large files. */
const HOLDERS: readonly (readonly [part: RegExp, holders: readonly FunctionName[]])[] = [
  [/adapters\/(aws|dynamodb|https)\//, STORES],
  [/adapters\/dynamodb\/(address-key|idempotency|phone-number|rate-limits|start-)/, ['start']],
  [/adapters\/(eventbridge|websocket)\//, PUSHES],
  [/adapters\/(lambda|parameters|phone-numbers)\//, ['start']],
  [/adapters\/secrets\/client-token/, STORES.filter((name) => name !== 'clock')],
  [/adapters\/secrets\/(client\.|secret-store)/, READS_SECRETS],
  [/adapters\/secrets\/edge-check/, ['start']],
  [/adapters\/secrets\/keys/, ['start', 'proof']],
  [/adapters\/secrets\/proof-signer/, ['proof']],
  [/adapters\/sqs\//, CALLS_VONAGE],
  [/adapters\/vonage\/(?!webhook|check-url)/, CALLS_VONAGE],
  [/adapters\/vonage\/webhook/, ['webhook']],
  [/node_modules\/@aws-sdk\/client-dynamodb\//, STORES],
  [/node_modules\/@aws-sdk\/client-secrets-manager\//, READS_SECRETS],
  [/node_modules\/@aws-sdk\/client-apigatewaymanagementapi\//, []],
  [/credential-provider-(?!node|env)|nested-clients|token-providers|event-streams/, []],
  [/^(?!node_modules\/@smithy\/).*signature-v4\//, []],
  [/node_modules\/jose\//, READS_SECRETS],
  [/node_modules\/zod\//, READS_BODIES],
  [/node_modules\/zod\/v4\/(classic|locales)\//, []],
  [/node_modules\/libphonenumber-js\//, []],
  [/docs\/openapi\.json/, ['contracts']],
];

interface Output {
  readonly inputs: Readonly<Record<string, { readonly bytesInOutput: number }>>;
  readonly imports: readonly { readonly path: string; readonly kind: string }[];
}

const folder = mkdtempSync(join(tmpdir(), 'silent-auth-bundles-'));
const outputFolder = join(folder, 'bundles');
const sourceMapsFolder = join(folder, 'source-maps');
let bundles: Bundles;
let outputs: Readonly<Record<string, Output>>;

beforeAll(async () => {
  const { countries } = getStage('dev');
  const options = { functionsFolder: 'functions', outputFolder, sourceMapsFolder, countries };
  bundles = await bundleFunctions(options);
  ({ outputs } = JSON.parse(readFileSync(join(outputFolder, 'meta.json'), 'utf8')));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The files of which more than a constant or two is left in the bundle. */
function filesOf(name: FunctionName): readonly string[] {
  const path = Object.keys(outputs).find((key) => key.endsWith(`${name}/index.mjs`)) ?? '';
  const inputs = Object.entries(outputs[path]?.inputs ?? {});
  return inputs.flatMap(([file, { bytesInOutput }]) =>
    bytesInOutput > CRUMBS_BYTES ? [file] : [],
  );
}

function codeOf(name: FunctionName): Buffer {
  return readFileSync(join(bundles[name], 'index.mjs'));
}

describe('the bundles', () => {
  it.each(FUNCTION_NAMES)('are one module of %s that exports its handler', (name) => {
    expect(readdirSync(bundles[name])).toEqual(['index.mjs']);
    expect(String(codeOf(name))).toMatch(/export\s*\{[^}]*\bhandler\b[^}]*\}/);
  });

  it('leave out only packages that no invocation reaches', () => {
    const left = Object.values(outputs)
      .flatMap(({ imports }) => imports)
      .filter(({ path }) => !path.startsWith('node:'));
    for (const { kind, path } of left) {
      // A static import of a package that is not in the zip would fail every cold start.
      expect(kind, path).toBe('dynamic-import');
      expect(path).toMatch(/credential-provider|nested-clients|token-providers|event-streams/);
    }
  });

  it.each(FUNCTION_NAMES)('have the source map of %s by its hash, outside of the zip', (name) => {
    const kept = readdirSync(sourceMapsFolder).filter((file) => file.startsWith(`${name}-`));
    const [, hash = ''] = /-([0-9a-f]{12})\.mjs/.exec(kept.join()) ?? [];
    const file = `${name}-${hash}.mjs`;
    expect(kept.toSorted()).toEqual([file, `${file}.map`]);
    expect(String(codeOf(name))).toContain(hash);
    expect(readFileSync(join(sourceMapsFolder, file))).toEqual(codeOf(name));
  });

  it('keep the source maps of the builds before', async () => {
    const before = readdirSync(sourceMapsFolder);
    const options = { functionsFolder: 'functions', outputFolder: `${outputFolder}/other` };
    await bundleFunctions({ ...options, sourceMapsFolder, countries: ['DE'] });
    const after = readdirSync(sourceMapsFolder);
    expect(after).toEqual(expect.arrayContaining(before));
    expect(after).toHaveLength(before.length + 2); // only `start` has other countries
  });

  it.each(FUNCTION_NAMES)('%s weighs at most 340 KB, 120 KB gzip', (name) => {
    const code = codeOf(name);
    expect(code.length / KILOBYTE).toBeLessThan(MAX_KILOBYTES);
    expect(gzipSync(code).length / KILOBYTE).toBeLessThan(MAX_GZIP_KILOBYTES);
  });

  it.each(HOLDERS)('hold %s only in the functions that need it', (part, holders) => {
    const found = FUNCTION_NAMES.filter((name) => filesOf(name).some((file) => part.test(file)));
    expect(found).toEqual(FUNCTION_NAMES.filter((name) => holders.includes(name)));
  });

  it('call nothing with fetch, which loads undici', () => {
    const own = new Set(
      FUNCTION_NAMES.flatMap(filesOf).filter((file) => /^(shared|functions)\//.test(file)),
    );
    const callers = [...own].filter((file) => /\bfetch\s*\(/.test(readFileSync(file, 'utf8')));
    expect(own.size).toBeGreaterThan(50);
    expect(callers).toEqual([]);
  });
});
