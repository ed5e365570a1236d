/** An app that is killed at any await of a slow store, and opened again (R23). */

import { describe, expect, it } from 'vitest';
import type { StartRequest } from '../../../../shared/client/start.ts';
import type { Store } from '../../../../shared/client/store.ts';
import {
  ended,
  type FakeBackend,
  type Received,
  submitCode,
} from '../../../fixtures/fake-backend.ts';
import { backend, clientOf, PHONE_NUMBER, sleep } from './clients.ts';

const FIRST = { phoneNumber: PHONE_NUMBER };
const SECOND = { phoneNumber: '+4915123456790', nonce: 'n'.repeat(16) };

/**
 * The store over what the phone keeps; it dies with the app at one of its operations, counted from 1.
 * That operation may take effect.
 */
function openStore(
  items: Map<string, string>,
  killAt = Number.POSITIVE_INFINITY,
  takesEffect = false,
): { store: Store; killed: Promise<'killed'> } {
  const { promise: killed, resolve } = Promise.withResolvers<'killed'>();
  let operations = 0;
  const slowly = async <T>(operation: () => T): Promise<T> => {
    operations += 1;
    await sleep(1);
    if (operations > killAt) return new Promise(() => undefined);
    if (operations < killAt) return operation();
    if (takesEffect) operation();
    resolve('killed');
    return new Promise(() => undefined);
  };
  const store: Store = {
    getItem: (key) => slowly(() => items.get(key) ?? null),
    setItem: (key, value) => slowly(() => void items.set(key, value)),
    removeItem: (key) => slowly(() => void items.delete(key)),
  };
  return { store, killed };
}

/** A backend that starts one verification for each idempotency key; all are in the same state. */
function realBackend(): FakeBackend {
  const server = backend();
  const answer = (status: number, request_id: string, more = {}) => {
    return { status, body: { verification: { ...server.verification, request_id }, ...more } };
  };
  const changing =
    (change?: Parameters<FakeBackend['change']>[0]) =>
    ({ headers }: Received) => {
      if (change) server.change(change, false);
      return answer(200, String(headers.authorization).replace(/^Bearer (.*)\.token$/, '$1'));
    };
  server.act('/start', ({ headers }) => {
    const request_id = `request-${headers['idempotency-key']}`;
    const started = { request_id, client_token: `${request_id}.token`, websocket_url: 'ws://a/' };
    return answer(202, request_id, started);
  });
  server.act('/status', changing());
  server.act('/next-workflow', changing(submitCode()));
  server.act('/check-code', changing(ended('completed')));
  return server;
}

const keysOf = (server: FakeBackend, { phoneNumber }: StartRequest): ReadonlySet<unknown> =>
  new Set(
    server.received
      .filter(({ path, body }) => path === '/start' && JSON.stringify(body).includes(phoneNumber))
      .map(({ headers }) => headers['idempotency-key']),
  );

/** Plays `app` with every operation of the store killed in turn, until one play meets no kill. */
async function killEverywhere(
  app: (server: FakeBackend, store: Store) => Promise<unknown>,
  check: (server: FakeBackend, store: Store) => Promise<void>,
  prepare: (server: FakeBackend, store: Store) => Promise<unknown> = async () => undefined,
): Promise<number> {
  for (let killAt = 1; ; killAt += 1) {
    for (const takesEffect of [false, true]) {
      const server = realBackend();
      const items = new Map<string, string>();
      await prepare(server, openStore(items).store);
      const { store, killed } = openStore(items, killAt, takesEffect);
      const end = await Promise.race([app(server, store), killed]);
      await check(server, openStore(items).store);
      if (end !== 'killed') return killAt - 1;
    }
  }
}

async function signIn(server: FakeBackend, store: Store, request: StartRequest): Promise<string> {
  const client = clientOf(server, { store, WebSocket: null });
  const verification = (await client.resume(request)) ?? (await client.start(request));
  if (verification.current.status === 'pending') await verification.nextWorkflow();
  if (verification.current.status !== 'completed') await verification.checkCode('123456');
  return (await verification.proof(request)).proof;
}

describe('an app that is killed at any await of its store', () => {
  it('keeps its verification until the 202 of the next one', async () => {
    const start = async (server: FakeBackend, store: Store, request: StartRequest) =>
      (await clientOf(server, { store, WebSocket: null }).start(request)).close();
    const kills = await killEverywhere(
      (server, store) => start(server, store, SECOND),
      async (server, store) => {
        const isReplaced = [...keysOf(server, SECOND)].length > 0;
        const client = clientOf(server, { store, WebSocket: null });
        const kept = await client.resume(FIRST);
        const next = await client.resume(SECOND);
        expect(kept ?? next).toBeDefined();
        if (!isReplaced) expect(kept?.requestId).toBe(`request-${[...keysOf(server, FIRST)][0]}`);
        await start(server, store, SECOND);
        expect(keysOf(server, SECOND).size).toBe(1);
      },
      (server, store) => start(server, store, FIRST),
    );
    expect(kills).toBeGreaterThanOrEqual(3);
  });

  it('gets its proof with one start', async () => {
    const kills = await killEverywhere(
      (server, store) => signIn(server, store, SECOND),
      async (server, store) => {
        const saved = await clientOf(server, { store }).savedRequest();
        expect(await signIn(server, store, SECOND)).toBe('a.b.c');
        const isDone = server.received.filter(({ path }) => path === '/proof').length > 1 && !saved;
        expect(keysOf(server, SECOND).size).toBe(isDone ? 2 : 1);
        expect(await clientOf(server, { store }).savedRequest()).toBeUndefined();
      },
    );
    expect(kills).toBeGreaterThanOrEqual(4);
  });
});
