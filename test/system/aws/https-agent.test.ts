import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

/** Our own modules; that the SDK's are left out of the bundles is tested there. */
const MODULES = [
  'https/https-agent.ts',
  'phone-numbers/phone-numbers.ts',
  'secrets/keys.ts',
  'vonage/client.ts',
  'vonage/http.ts',
  'vonage/application-jwt.ts',
  'vonage/webhook-body.ts',
].map((path) => fileURLToPath(new URL(`../../../shared/adapters/${path}`, import.meta.url)));

describe('the adapters', () => {
  it('never load undici, which costs a cold start more than all our code', async () => {
    const script = `
      for (const path of ${JSON.stringify(MODULES)}) await import(path);
      const { createAgents, openRequest } = await import(${JSON.stringify(MODULES[0])});
      const request = openRequest(createAgents(), new URL('http://127.0.0.1:1/'), {});
      request.on('error', () => {
        console.log(JSON.stringify(process.moduleLoadList.filter((name) => /undici/.test(name))));
      });
      request.end();
    `;
    const node = ['--input-type=module', '--eval', script];
    const { stdout } = await promisify(execFile)(process.execPath, node);
    expect(JSON.parse(stdout)).toEqual([]);
  });
});
