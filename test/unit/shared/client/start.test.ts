import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { StartRequest } from '../../../../shared/client/start.ts';
import type { Store } from '../../../../shared/client/store.ts';
import type { Verification } from '../../../../shared/client/verification.ts';
import {
  CHECK_URL,
  ended,
  type FakeBackend,
  openCheckUrl,
  problemReply,
  REQUEST_ID,
  type Script,
  submitCode,
  TOKEN,
} from '../../../fixtures/fake-backend.ts';
import {
  backend,
  changes,
  clientOf,
  connected,
  fact,
  PHONE_NUMBER,
  startKeys,
  storage,
} from './clients.ts';

const REQUEST = { phoneNumber: PHONE_NUMBER };
const OTHER = { phoneNumber: '+4915123456790' };
const LOST = ['lose', 'lose', 'lose', 'lose'] as const;
const LOST_ANSWER = ['lose_answer', 'lose', 'lose', 'lose'] as const;

let server: FakeBackend;

beforeEach(() => {
  server = backend();
});

/** What an app that was closed has saved: a verification that runs. */
async function saved(request: StartRequest = REQUEST): Promise<ReturnType<typeof storage>> {
  const store = storage();
  (await clientOf(server, { store }).start(request)).close();
  return store;
}

/** The app is opened again. */
function resume(store: Store, request: StartRequest = REQUEST): Promise<Verification | undefined> {
  return clientOf(server, { store }).resume(request);
}

describe('start', () => {
  it('sends what it is given, with a key of its own and the token that the stage asks for', async () => {
    const { phoneNumber } = REQUEST;
    const others = { email: 'jo@example.org', channels: ['email'], nonce: 'n'.repeat(16) };
    const client = clientOf(server, { startToken: async () => 'a.b.c' });
    const { requestId, current } = await client.start({ phoneNumber, ...others });
    expect({ requestId, current }).toEqual({ requestId: REQUEST_ID, current: server.verification });
    expect(server.received[0]?.body).toEqual({ phone_number: phoneNumber, ...others });
    expect(startKeys(server)).toEqual([expect.stringMatching(/^[A-Za-z0-9_-]{48}$/)]);
    expect(server.received[0]?.headers.authorization).toBe('Bearer a.b.c');
  });

  const soon = { retry_after: 1 };
  const younger = problemReply('provider_unavailable', { ...soon, code: 'maintenance' });
  it.each<[string, Script[]]>([
    ['calls are lost', ['lose', 'lose_answer', problemReply('start_in_progress', soon)]],
    ['it gets a code younger than itself that is retryable', [younger, younger, younger]],
  ])('repeats with the same key when %s', async (_when, script) => {
    server.script('/start', ...script);
    await clientOf(server).start(REQUEST);
    expect(startKeys(server)).toHaveLength(4);
    expect(new Set(startKeys(server)).size).toBe(1);
  });

  it.each([
    ['when the verification of the old one has ended meanwhile', 'verification_closed'],
    ['after its verification was seen to end', undefined],
  ] as const)('takes a new key %s', async (_when, code) => {
    const client = clientOf(server);
    const verification = await client.start(REQUEST);
    changes(server, '/cancel', () => ended('cancelled'));
    if (code) server.script('/start', problemReply(code));
    else await verification.cancel();
    await client.start(REQUEST);
    expect(new Set(startKeys(server)).size).toBe(2);
  });

  it('takes a new key for another request, and after a refusal', async () => {
    const client = clientOf(server);
    server.script('/start', ...LOST, problemReply('phone_number_refused'));
    await expect(client.start(REQUEST)).rejects.toMatchObject({ code: 'network_error' });
    await expect(client.start(OTHER)).rejects.toMatchObject({ code: 'phone_number_refused' });
    await client.start(OTHER);
    expect(new Set(startKeys(server)).size).toBe(3);
  });
});

describe('one start at a time', () => {
  it('returns the same promise for the same request, whatever the order of its members', async () => {
    const client = clientOf(server);
    const first = client.start({ phoneNumber: PHONE_NUMBER, email: 'jo@example.org' });
    const second = client.start({ email: 'jo@example.org', phoneNumber: PHONE_NUMBER });
    expect(second).toBe(first);
    (await first).close();
    expect(startKeys(server)).toHaveLength(1);
  });

  it('refuses another request while one is pending, and takes it afterwards', async () => {
    const client = clientOf(server);
    const first = client.start(REQUEST);
    const problem = { name: 'ClientProblem', code: 'start_in_progress', retryable: true };
    await expect(client.start(OTHER)).rejects.toMatchObject(problem);
    await first;
    await client.start(OTHER);
    expect(startKeys(server)).toHaveLength(2);
  });

  it('starts again at once after a start that was aborted', async () => {
    const client = clientOf(server);
    const aborting = new AbortController();
    const first = client.start(REQUEST, aborting);
    aborting.abort(new Error('the screen was left'));
    const second = client.start(REQUEST);
    await expect(first).rejects.toThrow('the screen was left');
    expect((await second).requestId).toBe(REQUEST_ID);
    expect(new Set(startKeys(server)).size).toBe(1);
  });
});

describe('what is saved', () => {
  it.each([
    ['another start', OTHER, 'phone_number_refused'],
    ['another start', OTHER, 'rate_limited'],
    ['another start', OTHER, 'request_invalid'],
    ['another start', OTHER, 'network_unsupported'],
    ['its own repeat', REQUEST, 'rate_limited'],
    ['its own repeat', REQUEST, 'network_unsupported'],
    ['its own repeat', REQUEST, 'verification_closed'],
  ] as const)('survives %s (%j) that is refused with %s', async (_, request, code) => {
    const store = await saved();
    const refusal = problemReply(code);
    server.script('/start', refusal, refusal);
    await expect(clientOf(server, { store }).start(request)).rejects.toMatchObject({ code });
    expect((await resume(store))?.requestId).toBe(REQUEST_ID);
  });

  it('survives an abort, and so does the key of the aborted start', async () => {
    const store = await saved();
    const aborting = new AbortController();
    server.script('/start', () => {
      aborting.abort(new Error('the screen was left'));
      return problemReply('internal');
    });
    const aborted = clientOf(server, { store }).start(OTHER, aborting);
    await expect(aborted).rejects.toThrow('the screen was left');
    expect((await resume(store))?.requestId).toBe(REQUEST_ID);
    await clientOf(server, { store }).start(OTHER);
    const [, second, third] = startKeys(server);
    expect(third).toBe(second);
  });

  it('is replaced by a 202', async () => {
    const store = await saved();
    (await clientOf(server, { store }).start(OTHER)).close();
    expect(await resume(store)).toBeUndefined();
    expect(await clientOf(server, { store }).savedRequest()).toEqual(OTHER);
  });

  it.each([
    ['has come', undefined, 0],
    ['comes too late', 'verification_closed', 0],
    ['is refused', 'proof_refused', 1],
  ] as const)('is forgotten or kept when its proof %s', async (_how, code, items) => {
    const store = await saved();
    server.change(ended('completed'));
    const verification = await resume(store);
    if (code) server.script('/proof', problemReply(code));
    await verification?.proof(REQUEST).catch(() => undefined);
    expect(store.items.size).toBe(items);
  });

  it('is erased by forget, also for a start that is pending', async () => {
    const store = await saved();
    const client = clientOf(server, { store });
    const answered = Promise.withResolvers<void>();
    server.script('/start', () => {
      answered.resolve();
      return problemReply('internal');
    });
    const starting = client.start(OTHER);
    await answered.promise;
    await client.forget();
    expect(store.items.size).toBe(0);
    expect((await starting).requestId).toBe(REQUEST_ID);
    expect(store.items.size).toBe(0);
  });

  it('holds the last unanswered starts, and the verification in any case', async () => {
    const store = await saved();
    const client = clientOf(server, { store });
    for (let last = 0; last < 9; last += 1) {
      const phoneNumber = `+491512345670${last}`;
      server.script('/start', ...LOST);
      await expect(client.start({ phoneNumber })).rejects.toThrow();
    }
    expect(JSON.parse(store.getItem('silent-auth') ?? '')).toHaveLength(6);
    expect((await resume(store))?.requestId).toBe(REQUEST_ID);
  });

  it('does not depend on the clock of the phone', async () => {
    const store = await saved();
    server.script('/start', ...LOST_ANSWER);
    await expect(clientOf(server, { store }).start(OTHER)).rejects.toThrow();
    const now = Date.now();
    for (const hours of [-1, 1, 24]) {
      vi.setSystemTime(now + hours * 3_600_000);
      expect((await resume(store))?.requestId).toBe(REQUEST_ID);
    }
    (await clientOf(server, { store }).start(OTHER)).close();
    expect(new Set(startKeys(server)).size).toBe(2);
  });
});

describe('resume(request)', () => {
  const FULL = {
    phoneNumber: PHONE_NUMBER,
    channels: ['silent_auth', 'email'],
    email: 'jo@example.org',
    locale: 'de-de',
    nonce: 'n'.repeat(16),
  };

  it.each([
    ['the same request', {}, REQUEST_ID],
    ['no locale', { locale: undefined }, REQUEST_ID],
    ['no e-mail address', { email: undefined }, REQUEST_ID],
    ['another number', OTHER, undefined],
    ['another nonce', { nonce: 'm'.repeat(16) }, undefined],
    ['no nonce', { nonce: undefined }, undefined],
    ['other channels', { channels: ['email'] }, undefined],
    ['no channels', { channels: undefined }, undefined],
    ['another e-mail address', { email: 'jo@example.com' }, undefined],
  ])('finds the saved verification by what identifies it, with %s: %j', async (...row) => {
    const [, change, requestId] = row;
    const store = await saved(FULL);
    const asked = server.received.length;
    const resumed = await resume(store, { ...FULL, ...change });
    expect(resumed?.requestId).toBe(requestId);
    if (!resumed) expect(server.received).toHaveLength(asked);
  });
});

describe('resume', () => {
  it('finds nothing in an empty, broken or foreign store', async () => {
    for (const text of [undefined, '', 'not json', '[]', '{"version":1}', 'null']) {
      const store = storage();
      if (text !== undefined) store.setItem('silent-auth', text);
      expect(await resume(store)).toBeUndefined();
    }
    expect(server.received).toEqual([]);
  });

  it('goes on where a killed app was, over the socket', async () => {
    const store = await saved();
    server.change(submitCode(), false);
    const resumed = await resume(store);
    expect(resumed?.current).toEqual(server.verification);
    expect(server.received.at(-1)?.headers.authorization).toBe(`Bearer ${TOKEN}`);
    await fact(() => server.sockets === 1);
    server.change(ended('completed', { channel: 'email' }));
    expect((await resumed?.finished())?.status).toBe('completed');
  });

  it('repeats a start whose answer the killed app never saw, and begins no other', async () => {
    const store = storage();
    server.script('/start', ...LOST_ANSWER);
    await expect(clientOf(server, { store }).start(REQUEST)).rejects.toThrow();
    expect((await resume(store))?.requestId).toBe(REQUEST_ID);
    store.items.clear();
    server.script('/start', ...LOST_ANSWER);
    await expect(clientOf(server, { store }).start(REQUEST)).rejects.toThrow();
    server.script('/start', problemReply('verification_closed'));
    expect(await resume(store)).toBeUndefined();
    expect(store.items.size).toBe(0);
    expect(new Set(startKeys(server)).size).toBe(2);
  });

  it('forgets a token that is not valid any more', async () => {
    const store = await saved();
    server.act('/status', () => problemReply('client_token_invalid'));
    expect(await resume(store)).toBeUndefined();
    expect(store.items.size).toBe(0);
  });

  it('forgets a verification that ended otherwise', async () => {
    const store = storage();
    await connected(server, { store });
    server.change(ended('failed'));
    await fact(() => store.items.size === 0);
  });

  it('keeps a completed verification for the proof, for ten minutes', async () => {
    const store = storage();
    const verification = await connected(server, { store });
    server.change(ended('completed'));
    await verification.finished();
    expect((await resume(store))?.current.status).toBe('completed');
    server.change({ ended_at: new Date(Date.now() - 601_000).toISOString() });
    expect(await resume(store)).toBeUndefined();
    expect(store.items.size).toBe(0);
  });

  it('does not navigate to a check_url again', async () => {
    const store = storage();
    const opened: string[] = [];
    const action = { type: 'open_check_url', check_url: CHECK_URL, method: 'navigate' } as const;
    server.change({ ...openCheckUrl(), action });
    const options = { store, openCheckUrl: async (url: string) => void opened.push(url) };
    (await clientOf(server, options).start({ ...REQUEST, result: 'redirect' })).close();
    await fact(() => opened.length === 1);
    const resumed = await clientOf(server, options).resume(REQUEST);
    await fact(() => server.sockets === 1);
    expect(opened).toHaveLength(1);
    expect(resumed?.current.action?.type).toBe('open_check_url');
  });

  it('works with a store that always fails', async () => {
    const fail = (): never => {
      throw new Error('quota exceeded');
    };
    const store: Store = { getItem: fail, setItem: fail, removeItem: fail };
    const client = clientOf(server, { store });
    expect(await client.resume(REQUEST)).toBeUndefined();
    expect((await client.start(REQUEST)).requestId).toBe(REQUEST_ID);
  });

  it('reads a store again that a locked phone could not read', async () => {
    const store = await saved();
    const { getItem } = store;
    store.getItem = () => {
      store.getItem = getItem;
      throw new Error('errSecInteractionNotAllowed');
    };
    const client = clientOf(server, { store });
    expect(await client.savedRequest()).toBeUndefined();
    expect(await client.savedRequest()).toMatchObject(REQUEST);
    expect((await client.resume(REQUEST))?.requestId).toBe(REQUEST_ID);
  });

  it('never stores a code or a check_url of the fetching kind', async () => {
    const store = storage();
    server.change(openCheckUrl());
    const verification = await clientOf(server, { store }).start(REQUEST);
    await verification.checkCode('Ab3xK9');
    const kept = [...store.items.values()].join();
    expect(kept).toContain(TOKEN);
    expect(kept).not.toMatch(/Ab3xK9|vonage/);
  });
});
