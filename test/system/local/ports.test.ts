/** Who may call the ports of the local stack, and what an odd request line does to them. */

import { readdirSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Stack } from '../../../infra/local/stack.ts';
import { makeTemporaryFolder } from '../../fixtures/fixture-assembly.ts';
import { sendRaw } from '../../fixtures/raw-http.ts';
import { callAct, startFixture } from './stack-fixture.ts';

const localFolder = makeTemporaryFolder();
const PORTS = ['api', 'websocket', 'vonage', 'dynamodb'] as const;
type Port = (typeof PORTS)[number];
const OWN_HOSTS = [
  ...['localhost', 'LOCALHOST:3000', '127.0.0.1:3000', '10.0.2.2', '[::1]:3000', 'my-mac.local'],
];
/** Names that may point to this machine. */
const FOREIGN_HOSTS = [
  ...['attacker.example', 'localhost.attacker.example', 'my-mac.local.example', '1.2.3', 'a:b:c'],
];
const ODD_LINES = [
  ...[
    '//',
    '/\\?a]',
    '/\\\\evil.example/',
    'http://localhost/',
    '*',
    '/%',
    '/%E0%A4%A',
    '//[',
    '?',
    'x',
  ],
];

let stack: Stack;

beforeAll(async () => {
  const access = { hosts: ['my-mac.local'], origins: ['http://localhost:5173'] };
  stack = await startFixture({ localFolder, access, vonageBaseUrl: undefined });
});

afterAll(() => stack.close());

function portOf(name: Port): number {
  return Number(new URL(stack.endpoints[name]).port);
}

/** Sends these very bytes; the first line of the answer, or nothing when the connection is closed. */
function sendBytes(name: Port, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(portOf(name), '127.0.0.1');
    let answer = '';
    socket.setEncoding('latin1');
    socket.on('data', (chunk: string) => {
      answer += chunk;
    });
    socket.once('error', reject);
    socket.once('close', () => resolve(answer.split('\r\n')[0] ?? ''));
    socket.end(Buffer.from(text, 'latin1'));
  });
}

function get(name: Port, headers: Record<string, string>, target = '/'): Promise<string> {
  const lines = Object.entries(headers).map(([key, value]) => `${key}: ${value}\r\n`);
  return sendBytes(name, `GET ${target} HTTP/1.1\r\n${lines.join('')}connection: close\r\n\r\n`);
}

describe.each(PORTS)('the port of %s', (name) => {
  it.each(OWN_HOSTS)('answers under the host %s', async (host) => {
    expect(await get(name, { host })).toMatch(/^HTTP\/1\.1 (200|404|403)/);
    expect(await get(name, { host }, '/_local/nothing')).not.toContain(' 400 ');
  });

  it.each(FOREIGN_HOSTS)('answers 403 under the foreign host %s', async (host) => {
    expect(await get(name, { host })).toBe('HTTP/1.1 403 Forbidden');
  });

  it.each(ODD_LINES)('answers 400 to the request line GET %s and lives', async (target) => {
    expect(await get(name, { host: 'localhost' }, target)).toBe('HTTP/1.1 400 Bad Request');
    expect(await get(name, { host: 'localhost' })).toMatch(/^HTTP\/1\.1 [234]/);
  });

  it('refuses no host and two hosts', async () => {
    expect(await sendBytes(name, 'GET / HTTP/1.0\r\n\r\n')).toBe('HTTP/1.1 400 Bad Request');
    const two = 'host: localhost\r\nhost: localhost\r\n';
    expect(await sendBytes(name, `GET / HTTP/1.1\r\n${two}\r\n`)).toBe('HTTP/1.1 400 Bad Request');
  });

  it('lives whatever the request line is', async () => {
    const odd = fc.string({ unit: fc.constantFrom(...'/\\?#%:@[]{}|^`"<>.;= a0é\u0000\t') });
    const method = fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'HEAD', 'CONNECT');
    const upgrade = fc.constantFrom('', 'connection: upgrade\r\nupgrade: websocket\r\n');
    await fc.assert(
      fc.asyncProperty(method, odd, upgrade, async (verb, target, headers) => {
        const head = `${verb} ${target} HTTP/1.1\r\nhost: localhost\r\n${headers}`;
        const answer = await sendBytes(name, `${head}content-length: 0\r\n\r\n`);
        expect(answer).toMatch(/^(HTTP\/1\.1 [2-5]\d\d .*)?$/);
      }),
      { numRuns: 60 },
    );
    expect(await get(name, { host: 'localhost' })).toMatch(/^HTTP\/1\.1 [234]/);
  });
});

describe('a page of a foreign site', () => {
  const origin = 'https://attacker.example';

  it.each<[what: string, port: Port, method: string, path: string]>([
    ['the inbox with its codes', 'vonage', 'GET', '/inbox?to=1'],
    ['the journal', 'vonage', 'GET', '/_local/calls'],
    ['the faults', 'vonage', 'PUT', '/faults'],
    ['a preflight at the simulator', 'vonage', 'OPTIONS', '/faults'],
    ['the tables', 'dynamodb', 'POST', '/'],
    ['a preflight at AWS', 'dynamodb', 'OPTIONS', '/'],
    ['the events', 'dynamodb', 'GET', '/_local/events'],
    ['the dashboard', 'api', 'GET', '/dashboard'],
    ['the connections', 'websocket', 'POST', '/dev/@connections/x'],
  ])('does not reach %s', async (_what, port, method, path) => {
    const body = method === 'PUT' || method === 'POST' ? { body: '[]' } : {};
    for (const foreign of [origin, 'null']) {
      const answer = await sendRaw(`http://127.0.0.1:${portOf(port)}${path}`, {
        method,
        headers: { origin: foreign, 'content-type': 'text/plain' },
        ...body,
      });
      expect(answer.status).toBe(403);
      expect(answer.headers['access-control-allow-origin']).toBeUndefined();
    }
  });

  it('gets no answer of the API that it could read', async () => {
    const headers = { origin, 'content-type': 'application/json' };
    const answer = await sendRaw(`${stack.endpoints.api}/act`, { headers, body: '{}' });
    expect(answer).toMatchObject({ status: 200 });
    expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
  });
});

describe('a page of LOCAL_ORIGINS', () => {
  const origin = 'http://localhost:5173';

  it('reads the answers of the API and of the simulator, by its own name', async () => {
    for (const url of [`${stack.endpoints.api}/act`, `${stack.endpoints.vonage}/inbox?to=1`]) {
      const answer = await sendRaw(url, { method: 'GET', headers: { origin } });
      const headers = { 'access-control-allow-origin': origin, vary: 'origin' };
      expect(answer).toMatchObject({ headers });
    }
  });
});

it.skipIf(process.platform === 'win32')('keeps every file for its user alone', async () => {
  await callAct(stack);
  const files = readdirSync(localFolder, { recursive: true, encoding: 'utf8' });
  expect(files.length).toBeGreaterThan(5);
  const open = files.filter((file) => (statSync(join(localFolder, file)).mode & 0o077) !== 0);
  expect(open).toEqual([]);
});
