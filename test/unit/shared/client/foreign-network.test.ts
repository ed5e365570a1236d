/** Networks that answer in the backend's place: captive portals, proxies, firewalls (R21). */

import { beforeEach, describe, expect, it } from 'vitest';
import type { Verification } from '../../../../shared/client/verification.ts';
import { ended, type FakeBackend, type Reply, submitCode } from '../../../fixtures/fake-backend.ts';
import { backend, changes, clientOf, PHONE_NUMBER, startKeys, storage } from './clients.ts';

const REQUEST = { phoneNumber: PHONE_NUMBER };
const HTML = '<!doctype html><title>Log in to the Wi-Fi</title>';

const html = (status: number): Reply => ({
  status,
  body: HTML,
  headers: { 'content-type': 'text/html' },
});

const ANSWERS: readonly (readonly [string, Reply])[] = [
  ...[200, 401, 403, 404, 407, 502, 511].map((status) => [`HTML ${status}`, html(status)] as const),
  ['JSON 200 of nobody', { status: 200, body: {} }],
  ['JSON 200, half an answer', { status: 200, body: { verification: { status: 'completed' } } }],
  ['JSON 200 null', { status: 200, body: null }],
  ['JSON 202 text', { status: 202, body: '"accepted"' }],
  ['JSON 401 with a code of its own', { status: 401, body: { code: 'client_token_invalid' } }],
  ['JSON 403 with an error', { status: 403, body: { error: 'blocked', retryable: false } }],
  [
    'JSON 410 of another service',
    { status: 410, body: { code: 'verification_closed', status: 1 } },
  ],
  ['an empty 404', { status: 404, body: '' }],
];

let server: FakeBackend;

beforeEach(() => {
  server = backend();
  changes(server, '/next-workflow', submitCode, true);
  changes(server, '/check-code', () => ended('completed'), true);
  changes(server, '/cancel', () => ended('cancelled'), true);
});

/** An app that is killed after its start, and goes on to the proof. */
async function signIn(): Promise<string> {
  const store = storage();
  (await clientOf(server, { store }).start(REQUEST)).close();
  const resumed = await clientOf(server, { store }).resume(REQUEST);
  if (!resumed) throw new Error('the saved verification is gone');
  await resumed.nextWorkflow();
  await resumed.checkCode('123456');
  return (await resumed.proof(REQUEST)).proof;
}

/** A start gets these answers until it fails; the user tries again. */
async function failAndRepeat(answers: readonly Reply[], problem: object): Promise<void> {
  const client = clientOf(server, { store: storage() });
  server.script('/start', ...answers);
  await expect(client.start(REQUEST)).rejects.toMatchObject(problem);
  await client.start(REQUEST);
  expect(new Set(startKeys(server)).size).toBe(1);
}

describe.each(ANSWERS)('a network that answers %s', (_, answer) => {
  const problem = { code: 'network_error', status: answer.status };

  it.each(['/start', '/status', '/next-workflow', '/check-code', '/proof'])(
    'to %s costs one more call and nothing else',
    async (path) => {
      server.script(path, answer, answer);
      expect(await signIn()).toBe('a.b.c');
      expect(new Set(startKeys(server)).size).toBe(1);
    },
  );

  it('to a start erases nothing, and the next try has the same key', () =>
    failAndRepeat([answer, answer, answer, answer], { ...problem, retryable: true }));

  it('to a resumption erases nothing', async () => {
    const store = storage();
    (await clientOf(server, { store }).start(REQUEST)).close();
    const before = store.getItem('silent-auth');
    server.act('/status', () => answer);
    await expect(clientOf(server, { store }).resume(REQUEST)).rejects.toMatchObject(problem);
    expect(store.getItem('silent-auth')).toBe(before);
  });

  it.each<[string, (verification: Verification) => Promise<unknown>]>([
    ['/status', (verification) => verification.refresh()],
    ['/check-code', (verification) => verification.checkCode('123456')],
    ['/next-workflow', (verification) => verification.nextWorkflow()],
    ['/cancel', (verification) => verification.cancel()],
    ['/proof', (verification) => verification.proof(REQUEST)],
  ])('to every %s is a problem, and the verification goes on', async (path, call) => {
    const store = storage();
    const verification = await clientOf(server, { store, WebSocket: null }).start(REQUEST);
    const before = store.getItem('silent-auth');
    server.act(path, () => answer);
    await expect(call(verification)).rejects.toMatchObject(problem);
    expect(store.getItem('silent-auth')).toBe(before);
    server.act('/status', () => ({ status: 200, body: { verification: server.verification } }));
    server.change(ended('completed'), false);
    expect((await verification.finished()).status).toBe('completed');
  });
});

describe('the gateway', () => {
  it.each([401, 403, 404, 413])('answers %i itself, which erases nothing', (status) =>
    failAndRepeat([{ status, body: { message: 'no' } }], { code: 'gateway_error', status }),
  );
});
