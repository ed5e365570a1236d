/** The package of `npm run build:client`, as a project without our sources installs and uses it. */

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createContext, runInContext } from 'node:vm';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { launchBrowser, missingBrowser } from '../../infra/local/phone/launch-browser.ts';
import { buildClient } from '../../shared/client/build.ts';
import { ended, type FakeBackend, openCheckUrl, REQUEST_ID } from '../fixtures/fake-backend.ts';
import { startFakeBackend } from '../fixtures/served-backend.ts';

const COMPILER = join(process.cwd(), 'node_modules/typescript/bin/tsc');

/** An app: plain JavaScript that knows nothing but the package. */
const APP = `
import { createClient, isFinal } from 'silent-auth-client';

export async function verify(apiUrl, requestId) {
  const items = new Map();
  const store = {
    getItem: async (key) => items.get(key) ?? null,
    setItem: async (key, value) => void items.set(key, value),
    removeItem: async (key) => void items.delete(key),
  };
  const openCheckUrl = async () => ({
    http_status: '200',
    error: null,
    response_body: { request_id: requestId, code: 'Ab3xK9' },
  });
  const client = createClient({ apiUrl, store, openCheckUrl });
  const request = { phoneNumber: '+4915123456788', nonce: 'n'.repeat(16) };
  const verification = (await client.resume(request)) ?? (await client.start(request));
  const statuses = [];
  for await (const newest of verification.updates()) {
    statuses.push(newest.status);
    if (isFinal(newest)) break;
  }
  const { proof } = await verification.proof({ phoneNumber: request.phoneNumber });
  return { statuses, proof, saved: items.size };
}
`;
const VERIFIED = { statuses: ['action_pending', 'completed'], proof: 'a.b.c', saved: 0 };

/** What the README of the package leaves to the app. */
const README_PRELUDE = `
import type { HandsetAnswer } from 'silent-auth-client';
declare function cellularRequest(url: string): Promise<HandsetAnswer>;
declare function askForCode(submit: (code: string) => Promise<unknown>): void;
declare function offerToTryAgain(seconds: number | undefined): void;
`;
const STRICTEST = [
  ...['--strict', '--exactOptionalPropertyTypes', '--noUncheckedIndexedAccess'],
  ...['--noPropertyAccessFromIndexSignature', '--noImplicitOverride', '--noImplicitReturns'],
  ...['--noUnusedLocals', '--isolatedModules', '--verbatimModuleSyntax', '--erasableSyntaxOnly'],
];

async function ready(): Promise<FakeBackend> {
  const server = await startFakeBackend();
  onTestFinished(() => server.close());
  server.change(openCheckUrl());
  server.act('/check-code', () => {
    return { status: 200, body: { verification: server.change(ended('completed')) } };
  });
  server.act('/proof', () => ({ status: 200, body: { proof: 'a.b.c', expires_at: '…' } }));
  return server;
}

describe('the package of the client', () => {
  const folder = mkdtempSync(join(tmpdir(), 'silent-auth-package-'));
  const project = join(folder, 'project');
  const installed = join(project, 'node_modules/silent-auth-client');
  const write = (name: string, text: string): string => {
    const file = join(project, name);
    writeFileSync(file, text);
    return file;
  };
  let packed: { readonly filename: string; readonly files: readonly { readonly path: string }[] };

  beforeAll(async () => {
    await buildClient(join(folder, 'built'));
    mkdirSync(project);
    write('package.json', JSON.stringify({ name: 'app', private: true, type: 'module' }));
    write('app.js', APP);
    const offline = { npm_config_cache: join(folder, 'cache'), npm_config_offline: 'true' };
    const env = { ...process.env, ...offline };
    const npm = (...args: string[]): string =>
      execFileSync('npm', args, { cwd: project, encoding: 'utf8', env });
    [packed] = JSON.parse(npm('pack', '--json', join(folder, 'built')));
    npm('install', '--no-audit', '--no-fund', join(project, packed.filename));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('holds the module, its source map and declarations, a manifest, a licence and a README', () => {
    expect(packed.files.map(({ path }) => path).toSorted()).toEqual([
      ...['LICENSE', 'README.md', 'package.json'],
      ...['silent-auth.d.ts', 'silent-auth.js', 'silent-auth.js.map'],
    ]);
    const manifest = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));
    const { version, license } = JSON.parse(readFileSync('package.json', 'utf8'));
    expect(manifest).toMatchObject({
      name: 'silent-auth-client',
      version,
      license,
      type: 'module',
      sideEffects: false,
      types: './silent-auth.d.ts',
      exports: { '.': { types: './silent-auth.d.ts', default: './silent-auth.js' } },
    });
    expect(manifest.dependencies).toBeUndefined();
  });

  it('is one module of at most 17 KB that imports nothing and needs no Node', () => {
    const code = readFileSync(join(installed, 'silent-auth.js'), 'utf8');
    expect(Buffer.byteLength(code)).toBeLessThanOrEqual(17 * 1024);
    expect(code).not.toMatch(/\bimport\b|\brequire\b|process\.|node:/);
    const map = JSON.parse(readFileSync(join(installed, 'silent-auth.js.map'), 'utf8'));
    expect(map.sources).toContain('src/client.ts');
    expect(map.sourcesContent.join('\n')).toContain('export function createClient');
  });

  /** Compiles a file of the project; returns what the compiler complains about. */
  const compile = (consumer: string, ...options: readonly string[]): string =>
    execFileSync(
      process.execPath,
      [
        ...[COMPILER, '--noEmit', '--ignoreConfig', '--types', ''],
        ...['--target', 'es2022', '--lib', 'es2022,dom', ...options, consumer],
      ],
      { cwd: project, encoding: 'utf8' },
    );

  it('has types that compile under the strictest flags, as its README uses them', () => {
    const readme = readFileSync(join(installed, 'README.md'), 'utf8');
    const [, example = ''] = /```ts\n([\s\S]*?)```/.exec(readme) ?? [];
    const consumer = write('readme.ts', `${README_PRELUDE}${example}`);
    const bundler = ['--module', 'esnext', '--moduleResolution', 'bundler'];
    for (const modules of [bundler, ['--module', 'nodenext']]) {
      expect(compile(consumer, ...STRICTEST, ...modules)).toBe('');
    }
  });

  it('has types that name exactly what the module exports', async () => {
    const module = await import(pathToFileURL(join(installed, 'silent-auth.js')).href);
    const names = Object.keys(module).map((name) => `${name}: true`);
    const text = `
      import type * as all from 'silent-auth-client';
      export const names: Record<keyof typeof all, true> = { ${names.join(', ')} };`;
    expect(compile(write('names.ts', text), '--strict', '--module', 'nodenext')).toBe('');
  });

  it('verifies a number in Node', async () => {
    const server = await ready();
    const { verify } = await import(pathToFileURL(join(project, 'app.js')).href);
    expect(await verify(server.url, REQUEST_ID)).toEqual(VERIFIED);
  });

  const callOf = ({ url }: FakeBackend): string =>
    `app.verify(${JSON.stringify(url)}, ${JSON.stringify(REQUEST_ID)})`;

  /** The app as one script that defines `app`. */
  async function bundle(): Promise<string> {
    const { outputFiles } = await build({
      stdin: { contents: "export { verify } from './app.js';", resolveDir: project },
      bundle: true,
      write: false,
      format: 'iife',
      globalName: 'app',
      platform: 'neutral',
      mainFields: ['main'],
    });
    return outputFiles[0]?.text ?? '';
  }

  it.skipIf(missingBrowser())('verifies a number in a browser, from a bundle', async () => {
    const server = await ready();
    const headers = { 'content-type': 'text/html' };
    const html = `<!doctype html><title>app</title><script>${await bundle()}</script>`;
    server.act('/page', () => ({ status: 200, body: html, headers }));
    const browser = await launchBrowser({ width: 800, height: 600 });
    try {
      const page = await browser.context.newPage();
      await page.goto(`${server.url}/page`);
      expect(await page.evaluate(callOf(server))).toEqual(VERIFIED);
    } finally {
      await browser.close();
    }
  });

  it("verifies a number with React Native's globals alone", async () => {
    const server = await ready();
    // Its signals have no reason, and its fetch takes none of the newer ones.
    class Signal extends EventTarget {
      aborted = false;
    }
    class Controller {
      readonly signal = new Signal();
      abort(): void {
        this.signal.aborted = true;
        this.signal.dispatchEvent(new Event('abort'));
      }
    }
    const reactNative = {
      fetch: (url: string, { signal: _, ...init }: RequestInit) => fetch(url, init),
      WebSocket,
      AbortController: Controller,
      crypto: {
        getRandomValues: (bytes: Uint8Array<ArrayBuffer>) => crypto.getRandomValues(bytes),
      },
      performance: { now: () => performance.now() },
      setTimeout,
      clearTimeout,
      console,
    };
    const context = createContext(reactNative);
    runInContext(await bundle(), context);
    const verified = await runInContext(callOf(server), context);
    expect(JSON.parse(JSON.stringify(verified))).toEqual(VERIFIED);
  });
});
