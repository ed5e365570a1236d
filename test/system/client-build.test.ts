/** What `npm run build:client` writes, as an app without our sources uses it. */

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BuiltClient, buildClient } from '../../shared/client/build.ts';
import { ended } from '../fixtures/fake-backend.ts';
import { backend, PHONE_NUMBER } from '../unit/shared/client/clients.ts';

const CONSUMER = `
import { type Client, ClientProblem, createClient, type HandsetAnswer, isFinal, type Store,
  type Verification, type VerificationObject } from '../unit/shared/client/silent-auth.js';

const store: Store = {
  getItem: async () => null,
  setItem: async () => undefined,
  removeItem: async () => undefined,
};
const open = async (url: string): Promise<HandsetAnswer> => ({ http_status: 200, response_body: url });
const client: Client = createClient({ apiUrl: 'https://api.example.org', openCheckUrl: open, store, WebSocket, fetch });
const request = { phoneNumber: '+4915123456788' };
export async function run(): Promise<VerificationObject> {
  const verification: Verification =
    (await client.resume(request)) ?? (await client.start(request));
  try {
    for await (const { action } of verification.updates()) {
      if (action?.type === 'submit_code') await verification.checkCode('1'.repeat(action.code_length));
    }
  } catch (error) {
    if (error instanceof ClientProblem && error.code === 'rate_limited') throw error;
  }
  return isFinal(verification.current) ? verification.current : verification.finished();
}
`;

describe('the built client', () => {
  const folder = mkdtempSync(join(tmpdir(), 'silent-auth-built-'));
  let built: BuiltClient;
  beforeAll(async () => {
    built = await buildClient(folder);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('is one small module that imports nothing', () => {
    const code = readFileSync(built.module, 'utf8');
    expect(code.length).toBeLessThan(15 * 1024);
    expect(code).not.toMatch(/\bimport\b|\brequire\b|process\.|node:/);
  });

  it('has declarations that need no others', () => {
    expect(readFileSync(built.declarations, 'utf8')).not.toMatch(/\bimport\b/);
    const consumer = join(folder, 'consumer.ts');
    writeFileSync(consumer, CONSUMER);
    const options = '--noEmit --ignoreConfig --strict --target es2022 --lib es2022,dom'.split(' ');
    const modules = ['--module', 'esnext', '--moduleResolution', 'bundler', '--types', ''];
    const compiled = (): string =>
      execFileSync('tsc', [...options, ...modules, consumer], { encoding: 'utf8' });
    expect(compiled()).toBe('');
  });

  it('verifies a number', async () => {
    const { createClient } = await import(pathToFileURL(built.module).href);
    const server = await backend();
    const verification = await createClient({ apiUrl: server.url }).start({
      phoneNumber: PHONE_NUMBER,
    });
    server.change(ended('completed'));
    expect((await verification.finished()).status).toBe('completed');
  });
});
