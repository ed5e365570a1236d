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

/** Every module of the adapters, with the functions that need it. */
const ADAPTERS: Readonly<Record<string, readonly FunctionName[]>> = {
  'aws/client-config.ts': STORES,
  'aws/dependency-failure.ts': STORES,
  'aws/post.ts': [...PUSHES, 'start'],
  'aws/request.ts': [...PUSHES, 'start'],
  'aws/signature.ts': [...PUSHES, 'start'],
  'aws/transport.ts': STORES,
  'dynamodb/address-key.ts': ['start'],
  'dynamodb/append.ts': STORES,
  'dynamodb/attribute-value.ts': STORES,
  'dynamodb/client.ts': STORES,
  'dynamodb/idempotency-records.ts': ['start'],
  'dynamodb/phone-number-locks.ts': ['start'],
  'dynamodb/rate-limits.ts': ['start'],
  'dynamodb/start-protection.ts': ['start'],
  'dynamodb/event-codec.ts': STORES,
  'dynamodb/table.ts': STORES,
  'dynamodb/verification-item.ts': STORES,
  'dynamodb/verification-log.ts': STORES,
  'eventbridge/end-notifier.ts': PUSHES,
  'eventbridge/put-event.ts': PUSHES,
  'https/exchange.ts': STORES,
  'https/https-agent.ts': STORES,
  'https/ready-sockets.ts': STORES,
  'lambda/warm-others.ts': ['start'],
  'parameters/channel-switch.ts': ['start'],
  'phone-numbers/documentation-numbers.ts': ['start'],
  'phone-numbers/north-america.ts': ['start'],
  'phone-numbers/phone-numbers.ts': ['start'],
  'phone-numbers/ranges.json': ['start'],
  'secrets/client-token.ts': STORES.filter((name) => name !== 'clock'),
  'secrets/client.ts': READS_SECRETS,
  'secrets/edge-check.ts': ['start'],
  'secrets/keys.ts': ['start', 'proof'],
  'secrets/proof-signer.ts': ['proof'],
  'secrets/secret-store.ts': READS_SECRETS,
  'sqs/clock-message.ts': CALLS_VONAGE,
  'sqs/clock-queue.ts': CALLS_VONAGE,
  'vonage/answers.ts': CALLS_VONAGE,
  'vonage/application-jwt.ts': CALLS_VONAGE,
  'vonage/check-url.ts': [...CALLS_VONAGE, 'webhook'],
  'vonage/client.ts': CALLS_VONAGE,
  'vonage/http.ts': CALLS_VONAGE,
  'vonage/refused-parameters.ts': CALLS_VONAGE,
  'vonage/start-body.ts': CALLS_VONAGE,
  'vonage/webhook-body.ts': ['webhook'],
  'vonage/webhook-signature.ts': ['webhook'],
  'vonage/webhook-token.ts': ['webhook'],
  'websocket/management-api.ts': PUSHES,
  'websocket/pusher.ts': PUSHES,
};

/** Packages and large files, likewise. */
const HOLDERS: readonly (readonly [part: string, holders: readonly FunctionName[]])[] = [
  ['node_modules/@aws-sdk/client-dynamodb/', STORES],
  ['node_modules/@aws-sdk/client-secrets-manager/', READS_SECRETS],
  ['node_modules/@aws-sdk/client-apigatewaymanagementapi/', []],
  ['node_modules/jose/', READS_SECRETS],
  ['node_modules/zod/', READS_BODIES],
  ['node_modules/libphonenumber-js/', []],
  ['docs/openapi.json', ['contracts']],
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

/** The files of which more than this is left in the bundle. @default a constant or two */
function filesOf(name: FunctionName, moreThanBytes = CRUMBS_BYTES): readonly string[] {
  const path = Object.keys(outputs).find((key) => key.endsWith(`${name}/index.mjs`)) ?? '';
  const inputs = Object.entries(outputs[path]?.inputs ?? {});
  return inputs.flatMap(([file, { bytesInOutput }]) =>
    bytesInOutput > moreThanBytes ? [file] : [],
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

  it.each(FUNCTION_NAMES)('hold the adapters that %s needs, and no other', (name) => {
    const found = filesOf(name, 0).flatMap((path) => path.split('shared/adapters/')[1] ?? []);
    const needed = Object.keys(ADAPTERS).filter((module) => ADAPTERS[module]?.includes(name));
    expect(found.toSorted()).toEqual(needed.toSorted());
  });

  it.each(HOLDERS)('hold %s only in the functions that need it', (part, holders) => {
    const found = FUNCTION_NAMES.filter((name) =>
      filesOf(name).some((file) => file.includes(part)),
    );
    expect(found).toEqual(FUNCTION_NAMES.filter((name) => holders.includes(name)));
  });

  it('hold one copy of the package that signs', () => {
    const files = FUNCTION_NAMES.flatMap(filesOf).filter((file) => file.includes('signature-v4/'));
    const places = files.map((file) => file.slice(0, file.indexOf('signature-v4/')));
    expect(new Set(places)).toEqual(new Set(['node_modules/@smithy/']));
  });

  it('hold zod/mini and not the rest of zod', () => {
    const files = FUNCTION_NAMES.flatMap(filesOf).filter((file) => file.includes('/zod/'));
    expect(files).not.toEqual([]);
    expect(files.filter((file) => /v4\/(classic|locales)\//.test(file))).toEqual([]);
  });

  it('hold the credential provider of the environment alone', () => {
    const files = FUNCTION_NAMES.flatMap(filesOf);
    const unwanted =
      /credential-provider-(?!node|env)|nested-clients|token-providers|event-streams/;
    expect(files.filter((file) => unwanted.test(file))).toEqual([]);
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
