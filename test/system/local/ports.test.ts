/** Who may call the ports of the local stack, and what an odd request line does to them. */

import { readdirSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Stack } from '../../../infra/local/stack.ts';
import { makeTemporaryFolder } from '../../fixtures/fixture-assembly.ts';
import { sendRaw } from '../../fixtures/raw-http.ts';
import { callAct, startFixture } from './stack-fixture.ts';

const localFolder = makeTemporaryFolder();
const PORTS = ['api', 'websocket', 'vonage', 'dynamodb'] as const;
type Port = (typeof PORTS)[number];

let stack: Stack;

beforeAll(async () => {
  const access = { hosts: ['my-mac.local'], origins: ['http://localhost:5173'] };
  stack = await startFixture({ localFolder, access, vonageBaseUrl: undefined });
});

afterAll(() => stack.close());

function portOf(name: Port): number {
  return Number(new URL(stack.endpoints[name]).port);
}

/** Sends this head; the first line of the answer, or nothing when the connection is closed. */
async function sendHead(name: Port, ...lines: readonly string[]): Promise<string> {
  const socket = connect(portOf(name), '127.0.0.1');
  const head = [...lines, 'content-length: 0', '', ''].join('\r\n');
  socket.end(Buffer.from(head, 'latin1'));
  return (await text(socket)).split('\r\n')[0] ?? '';
}

describe.each(PORTS)('the port of %s', (name) => {
  const isAlive = async (): Promise<void> =>
    expect(await sendHead(name, 'GET / HTTP/1.1', 'host: localhost')).toMatch(
      /^HTTP\/1\.1 (200|40[34])/,
    );

  it.each([
    ['GET / HTTP/1.1', 'host: my-mac.local', /^HTTP\/1\.1 (200|40[34])/],
    ['GET / HTTP/1.1', 'host: attacker.example', /403 Forbidden/],
    ['GET //start HTTP/1.1', 'host: localhost', /400 Bad Request/],
    ['GET / HTTP/1.1', 'host: localhost\r\nhost: localhost', /400 Bad Request/],
    ['GET / HTTP/1.0', 'accept: */*', /400 Bad Request/],
  ])('answers %s, %s as %s', async (line, headers, answer) => {
    expect(await sendHead(name, line, headers)).toMatch(answer);
    await isAlive();
  });

  it('lives whatever the request line is', async () => {
    const odd = fc.string({ unit: fc.constantFrom(...'/\\?#%:@[]{}|^`"<>.;= a0é\u0000\t') });
    const method = fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'HEAD', 'CONNECT');
    const upgrade = fc.constantFrom('accept: */*', 'connection: upgrade\r\nupgrade: websocket');
    await fc.assert(
      fc.asyncProperty(method, odd, upgrade, async (verb, target, headers) => {
        const line = `${verb} ${target} HTTP/1.1`;
        const answer = await sendHead(name, line, 'host: localhost', headers);
        expect(answer).toMatch(/^(HTTP\/1\.1 [2-5]\d\d .*)?$/);
      }),
      { numRuns: 60 },
    );
    await isAlive();
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
    const body = method === 'PUT' || method === 'POST' ? '[]' : undefined;
    for (const foreign of [origin, 'null']) {
      const headers = { origin: foreign, 'content-type': 'text/plain' };
      const url = `http://127.0.0.1:${portOf(port)}${path}`;
      const answer = await sendRaw(url, { method, headers, body });
      expect(answer.status).toBe(403);
      expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
    }
  });

  it('gets no answer of the API that it could read', async () => {
    const headers = { origin, 'content-type': 'application/json' };
    const answer = await sendRaw(`${stack.endpoints.api}/act`, { headers, body: '{}' });
    expect(answer.status).toBe(200);
    expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
  });
});

it('lets a page of LOCAL_ORIGINS read the answers of the API and of the simulator', async () => {
  const origin = 'http://localhost:5173';
  for (const url of [`${stack.endpoints.api}/act`, `${stack.endpoints.vonage}/inbox?to=1`]) {
    const answer = await sendRaw(url, { method: 'GET', headers: { origin } });
    expect(answer).toMatchObject({
      headers: { 'access-control-allow-origin': origin, vary: 'origin' },
    });
  }
});

it.skipIf(process.platform === 'win32')('keeps every file for its user alone', async () => {
  await callAct(stack);
  const files = readdirSync(localFolder, { recursive: true, encoding: 'utf8' });
  expect(files.length).toBeGreaterThan(5);
  const open = files.filter((file) => (statSync(join(localFolder, file)).mode & 0o077) !== 0);
  expect(open).toEqual([]);
});
