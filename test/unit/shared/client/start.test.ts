import { describe, expect, it } from 'vitest';
import type { Store } from '../../../../shared/client/store.ts';
import {
  ended,
  type FakeBackend,
  openCheckUrl,
  problemReply,
  REQUEST_ID,
  submitCode,
  TOKEN,
} from '../../../fixtures/fake-backend.ts';
import { until } from '../../../fixtures/until.ts';
import { backend, clientOf, PHONE_NUMBER, storage } from './clients.ts';

const REQUEST = { phoneNumber: PHONE_NUMBER };

const keys = (server: FakeBackend): readonly unknown[] =>
  server.received
    .filter(({ path }) => path === '/start')
    .map(({ headers }) => headers['idempotency-key']);

describe('start', () => {
  it('sends what it is given, with a key of its own', async () => {
    const server = await backend();
    const request = {
      phoneNumber: PHONE_NUMBER,
      email: 'jo@example.org',
      channels: ['silent_auth', 'email'],
      nonce: 'n'.repeat(16),
    };
    const verification = await clientOf(server).start(request);
    expect(verification.requestId).toBe(REQUEST_ID);
    expect(verification.current).toEqual(server.verification);
    const { phoneNumber, ...others } = request;
    expect(server.received[0]?.body).toEqual({ phone_number: phoneNumber, ...others });
    expect(keys(server)[0]).toMatch(/^[A-Za-z0-9_-]{48}$/);
    expect(server.received[0]?.headers.authorization).toBeUndefined();
  });

  it('carries the token that the stage asks for', async () => {
    const server = await backend();
    await clientOf(server, { startToken: async () => 'a.b.c' }).start(REQUEST);
    expect(server.received[0]?.headers.authorization).toBe('Bearer a.b.c');
  });

  it('repeats with the same key until its fate is known', async () => {
    const server = await backend();
    server.script(
      '/start',
      'lose',
      'lose_answer',
      problemReply('start_in_progress', { retry_after: 1 }),
    );
    await clientOf(server).start(REQUEST);
    expect(keys(server)).toHaveLength(4);
    expect(new Set(keys(server)).size).toBe(1);
  });

  it('keeps the key over a failure, for the next try of the user', async () => {
    const server = await backend();
    const client = clientOf(server);
    server.script('/start', 'lose', 'lose', 'lose', 'lose');
    await expect(client.start(REQUEST)).rejects.toMatchObject({ code: 'network_error' });
    await client.start(REQUEST);
    expect(new Set(keys(server)).size).toBe(1);
  });

  it('takes a new key for another request, and after a refusal', async () => {
    const server = await backend();
    const client = clientOf(server);
    server.script('/start', 'lose', 'lose', 'lose', 'lose', problemReply('phone_number_refused'));
    await expect(client.start(REQUEST)).rejects.toThrow();
    const other = { phoneNumber: '+4915123456790' };
    await expect(client.start(other)).rejects.toMatchObject({ code: 'phone_number_refused' });
    await client.start(other);
    expect(new Set(keys(server)).size).toBe(3);
  });

  it('takes a new key when the verification of the old one has ended meanwhile', async () => {
    const server = await backend();
    const client = clientOf(server);
    await client.start(REQUEST);
    server.script('/start', problemReply('verification_closed'));
    await client.start(REQUEST);
    const [first, repeated, fresh] = keys(server);
    expect(repeated).toBe(first);
    expect(fresh).not.toBe(first);
  });

  it('takes a new key after its verification was seen to end', async () => {
    const server = await backend();
    const client = clientOf(server);
    const verification = await client.start(REQUEST);
    server.act('/cancel', () => ({
      status: 200,
      body: { verification: server.change(ended('cancelled'), false) },
    }));
    await verification.cancel();
    await client.start(REQUEST);
    expect(new Set(keys(server)).size).toBe(2);
  });

  it('leaves rate limits to the user', async () => {
    const server = await backend();
    server.script('/start', problemReply('rate_limited', { retry_after: 30 }));
    await expect(clientOf(server).start(REQUEST)).rejects.toMatchObject({
      code: 'rate_limited',
      retryable: true,
      retryAfter: 30,
    });
  });

  it('takes no answer of somebody else for a start', async () => {
    const server = await backend();
    server.script('/start', { status: 200, body: '<html>Wi-Fi</html>' }, { status: 200, body: {} });
    await clientOf(server).start(REQUEST);
    expect(new Set(keys(server)).size).toBe(1);
    expect(keys(server)).toHaveLength(3);
  });
});

describe('resume', () => {
  it('has nothing to go on with in an empty, broken or foreign store', async () => {
    const server = await backend();
    for (const text of [undefined, '', 'not json', '[]', '{"version":1}', 'null']) {
      const store = storage();
      if (text !== undefined) store.setItem('silent-auth', text);
      expect(await clientOf(server, { store }).resume(REQUEST)).toBeUndefined();
    }
    expect(server.received).toEqual([]);
  });

  it('goes on where a killed app was, over the socket', async () => {
    const server = await backend();
    const store = storage();
    (await clientOf(server, { store }).start(REQUEST)).close();
    server.change(submitCode(), false);
    const resumed = await clientOf(server, { store }).resume(REQUEST);
    expect(resumed?.current).toEqual(server.verification);
    expect(server.received.at(-1)?.headers.authorization).toBe(`Bearer ${TOKEN}`);
    await until(() => (server.sockets === 1 ? true : undefined));
    server.change(ended('completed', { channel: 'email' }));
    expect((await resumed?.finished())?.status).toBe('completed');
  });

  it('repeats a start whose answer the killed app never saw', async () => {
    const server = await backend();
    const store = storage();
    server.script('/start', 'lose_answer', 'lose', 'lose', 'lose');
    await expect(clientOf(server, { store }).start(REQUEST)).rejects.toThrow();
    const resumed = await clientOf(server, { store }).resume(REQUEST);
    expect(resumed?.requestId).toBe(REQUEST_ID);
    expect(new Set(keys(server)).size).toBe(1);
  });

  it('forgets a token that is not valid any more', async () => {
    const server = await backend();
    const store = storage();
    (await clientOf(server, { store }).start(REQUEST)).close();
    server.act('/status', () => problemReply('client_token_invalid'));
    expect(await clientOf(server, { store }).resume(REQUEST)).toBeUndefined();
    expect(store.items.size).toBe(0);
  });

  it('keeps a completed verification for the proof, for ten minutes', async () => {
    const server = await backend();
    const store = storage();
    const verification = await clientOf(server, { store }).start(REQUEST);
    await until(() => (server.sockets === 1 ? true : undefined));
    server.change(ended('completed'));
    await verification.finished();
    expect((await clientOf(server, { store }).resume(REQUEST))?.current.status).toBe('completed');
    server.change({ ended_at: new Date(Date.now() - 601_000).toISOString() });
    expect(await clientOf(server, { store }).resume(REQUEST)).toBeUndefined();
    expect(store.items.size).toBe(0);
  });

  it('forgets a verification that ended otherwise', async () => {
    const server = await backend();
    const store = storage();
    const verification = await clientOf(server, { store }).start(REQUEST);
    await until(() => (server.sockets === 1 ? true : undefined));
    server.change(ended('failed'));
    await verification.finished();
    await until(() => (store.items.size === 0 ? true : undefined));
  });

  it('does not navigate to a check_url again', async () => {
    const server = await backend();
    const store = storage();
    const opened: string[] = [];
    server.change({
      ...openCheckUrl(),
      action: { type: 'open_check_url', check_url: 'https://x.vonage.com/1', method: 'navigate' },
    });
    const options = {
      store,
      openCheckUrl: async (url: string) => {
        opened.push(url);
        return undefined;
      },
    };
    (await clientOf(server, options).start({ ...REQUEST, result: 'redirect' })).close();
    await until(() => (opened.length === 1 ? true : undefined));
    const resumed = await clientOf(server, options).resume(REQUEST);
    await until(() => (server.sockets === 1 ? true : undefined));
    expect(opened).toHaveLength(1);
    expect(resumed?.current.action?.type).toBe('open_check_url');
  });

  it('does its work with a store that always fails', async () => {
    const server = await backend();
    const fail = (): never => {
      throw new Error('quota exceeded');
    };
    const store: Store = { getItem: fail, setItem: fail, removeItem: fail };
    const client = clientOf(server, { store });
    expect(await client.resume(REQUEST)).toBeUndefined();
    expect((await client.start(REQUEST)).requestId).toBe(REQUEST_ID);
  });

  it('never stores a code or a check_url of the fetching kind', async () => {
    const server = await backend();
    const store = storage();
    server.change(openCheckUrl());
    const verification = await clientOf(server, { store }).start(REQUEST);
    await verification.checkCode('Ab3xK9');
    const kept = [...store.items.values()].join();
    expect(kept).toContain(TOKEN);
    expect(kept).not.toMatch(/Ab3xK9|vonage/);
  });
});
