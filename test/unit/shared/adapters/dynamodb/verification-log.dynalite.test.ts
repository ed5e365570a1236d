import { createHash, randomUUID } from 'node:crypto';
import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createVerificationLog } from '../../../../../shared/adapters/dynamodb/verification-log.ts';
import type { VerificationEvent } from '../../../../../shared/domain/events.ts';
import type {
  Appended,
  Entry,
  VerificationLog,
} from '../../../../../shared/domain/ports/verification-log.ts';
import { type DynaliteStore, startDynalite } from '../../../../fixtures/dynalite-store.ts';
import { AT_MS, CHECK_URL, EVERY_EVENT, started } from '../../../../fixtures/events.ts';

const HASH = hashOf('token');
const OTHER_HASH = hashOf('another token');
const NOW_MS = AT_MS + 5_000;

let store: DynaliteStore;
let log: VerificationLog;

beforeAll(async () => {
  store = await startDynalite('request_id');
  log = createVerificationLog({ ...store, clock: { now: () => NOW_MS } });
});
afterAll(() => store.stop());

function hashOf(text: string): Uint8Array {
  return new Uint8Array(createHash('sha256').update(text).digest());
}

function issued(checkUrl = CHECK_URL): VerificationEvent {
  return { type: 'check_url_issued', atMs: AT_MS, checkUrl };
}

function submitted(attempt: string): VerificationEvent {
  return { type: 'code_submitted', atMs: AT_MS, attempt, kind: 'digits' };
}

function entryOf(appended: Appended): Entry {
  if (appended.outcome === 'unauthorized') throw new Error('unauthorized');
  return appended.entry;
}

async function start(): Promise<string> {
  const requestId = randomUUID();
  await log.append(requestId, started(), HASH);
  return requestId;
}

async function itemOf(requestId: string): Promise<Record<string, unknown> | undefined> {
  const { Item: item } = await store.client.send(
    new GetItemCommand({
      TableName: store.table,
      Key: { request_id: { S: requestId } },
      ConsistentRead: true,
    }),
  );
  return item;
}

describe('append', () => {
  it('stores every event in order and answers the whole log', async () => {
    const requestId = await start();
    const later = EVERY_EVENT.filter(({ type }) => type !== 'started');
    let entry: Entry | undefined;
    for (const event of later) entry = entryOf(await log.append(requestId, event, HASH));
    expect(entry?.events).toEqual([started(), ...later]);
    expect(await log.find(requestId)).toEqual(entry);
    expect(entry).toMatchObject({ requestId, connections: [], clientTokenHash: HASH });
  });

  it('lives 48 hours from the start on, whenever webhooks came', async () => {
    const requestId = randomUUID();
    await log.append(requestId, issued());
    const soon = { N: String(NOW_MS / 1000 + 3600) };
    expect(await itemOf(requestId)).toMatchObject({ ttl: soon });
    expect(await itemOf(requestId)).not.toHaveProperty('client_token_hash');
    await log.append(requestId, started(), HASH);
    await log.append(requestId, { type: 'deadline', atMs: AT_MS });
    expect(await itemOf(requestId)).toMatchObject({ ttl: { N: String(NOW_MS / 1000 + 172_800) } });
  });

  it('answers a repeated event with the log and changes nothing', async () => {
    const requestId = await start();
    const first = await log.append(requestId, issued());
    const before = await itemOf(requestId);
    const second = await log.append(requestId, { ...issued(), atMs: AT_MS + 1 });
    expect(first.outcome).toBe('appended');
    expect(second).toEqual({ outcome: 'repeated', entry: entryOf(first) });
    expect(await itemOf(requestId)).toEqual(before);
  });

  it('answers a repeated start to its owner only', async () => {
    const requestId = await start();
    expect((await log.append(requestId, started(), HASH)).outcome).toBe('repeated');
    expect(await log.append(requestId, started(), OTHER_HASH)).toEqual({ outcome: 'unauthorized' });
  });

  it('joins a start to what webhooks brought before it', async () => {
    const requestId = randomUUID();
    await log.append(requestId, issued());
    const { events } = entryOf(await log.append(requestId, started(), HASH));
    expect(events).toEqual([issued(), started()]);
  });

  it('stores the check_url once when the answer brings it first', async () => {
    const requestId = randomUUID();
    await log.append(requestId, started({ checkUrl: CHECK_URL }), HASH);
    const webhook = await log.append(requestId, issued());
    expect(webhook).toMatchObject({ outcome: 'repeated' });
    expect(entryOf(webhook).events).toEqual([started({ checkUrl: CHECK_URL })]);
  });

  it('stores the check_url once when the webhook brings it first', async () => {
    const requestId = randomUUID();
    await log.append(requestId, issued());
    const appended = await log.append(requestId, started({ checkUrl: CHECK_URL }), HASH);
    expect(appended).toMatchObject({ outcome: 'appended' });
    expect(entryOf(appended).events).toEqual([issued(), started()]);
    const again = await log.append(requestId, started({ checkUrl: CHECK_URL }), HASH);
    expect(again.outcome).toBe('repeated');
  });

  it('keeps another check_url', async () => {
    const requestId = randomUUID();
    await log.append(requestId, started({ checkUrl: CHECK_URL }), HASH);
    const other = issued(`${CHECK_URL}/2`);
    expect((await log.append(requestId, other)).outcome).toBe('appended');
  });

  it('writes nothing for a foreign token, nor for an unknown or unowned verification', async () => {
    const requestId = await start();
    const unowned = randomUUID();
    await log.append(unowned, issued());
    const event = submitted('a');
    const before = await itemOf(requestId);
    expect(await log.append(requestId, event, OTHER_HASH)).toEqual({ outcome: 'unauthorized' });
    expect(await log.append(unowned, event, HASH)).toEqual({ outcome: 'unauthorized' });
    const unknown = randomUUID();
    expect(await log.append(unknown, event, HASH)).toEqual({ outcome: 'unauthorized' });
    expect(await itemOf(unknown)).toBeUndefined();
    expect(await itemOf(requestId)).toEqual(before);
  });

  it('gives the client 20 places and Vonage 24, and needs none for what is ours', async () => {
    const requestId = await start();
    const outcomeOf = async (event: VerificationEvent, hash?: Uint8Array): Promise<string> =>
      (await log.append(requestId, event, hash)).outcome;
    const url = (index: number) => issued(`https://api.vonage.com/${index}`);
    for (let index = 0; index < 20; index += 1) {
      expect(await outcomeOf(submitted(`a${index}`), HASH)).toBe('appended');
    }
    expect(await outcomeOf(submitted('more'), HASH)).toBe('full');
    for (let index = 0; index < 24; index += 1) {
      expect(await outcomeOf(url(index))).toBe('appended');
    }
    expect(await outcomeOf(url(24))).toBe('full');
    expect(await outcomeOf(url(0))).toBe('repeated');
    expect(await outcomeOf(submitted('a0'), HASH)).toBe('repeated');
    const own = ['cancelled', 'aborted', 'deadline', 'notified'] as const;
    for (const type of own) {
      expect(await outcomeOf({ type, atMs: AT_MS })).toBe('appended');
    }
    for (const n of [1, 2, 3] as const) {
      expect(await outcomeOf({ type: 'let_go', atMs: AT_MS, n })).toBe('appended');
    }
    const checked = { type: 'code_checked', atMs: AT_MS, outcome: 'rejected' } as const;
    for (let index = 0; index < 20; index += 1) {
      expect(await outcomeOf({ ...checked, attempt: `a${index}` })).toBe('appended');
    }
  });

  it('admits a right code after 24 events of Vonage', async () => {
    const requestId = await start();
    for (let index = 0; index < 30; index += 1) {
      await log.append(requestId, issued(`https://api.vonage.com/${index}`));
    }
    expect((await log.append(requestId, submitted('right'), HASH)).outcome).toBe('appended');
  });

  it('lets many webhooks take no more than the places of Vonage', async () => {
    const requestId = await start();
    const outcomes = await Promise.all(
      Array.from({ length: 40 }, async (_, index) => {
        const webhook = issued(`https://api.vonage.com/${index}`);
        return (await log.append(requestId, webhook)).outcome;
      }),
    );
    expect(outcomes.filter((outcome) => outcome === 'appended')).toHaveLength(24);
    expect(outcomes.filter((outcome) => outcome === 'full')).toHaveLength(16);
  });

  it('loses none of 20 events that arrive at once, and takes each once', async () => {
    const requestId = await start();
    const events = Array.from({ length: 20 }, (_, index) => submitted(`p${index}`));
    const outcomes = await Promise.all(
      [...events, ...events, ...events.slice(10)].map(
        async (event) => (await log.append(requestId, event, HASH)).outcome,
      ),
    );
    expect(outcomes.filter((outcome) => outcome === 'appended')).toHaveLength(20);
    expect(outcomes.filter((outcome) => outcome === 'repeated')).toHaveLength(30);
    const entry = await log.find(requestId);
    expect(new Set(entry?.events.slice(1))).toEqual(new Set(events));
  });

  it('lets exactly one of 50 parallel starts own a verification', async () => {
    const requestId = randomUUID();
    const outcomes = await Promise.all(
      Array.from({ length: 50 }, async (_, index) => {
        return (await log.append(requestId, started(), hashOf(String(index)))).outcome;
      }),
    );
    expect(outcomes.filter((outcome) => outcome === 'appended')).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome === 'unauthorized')).toHaveLength(49);
  });
});

describe('find', () => {
  it('answers undefined for what nobody stored', async () => {
    expect(await log.find(randomUUID())).toBeUndefined();
  });
});

describe('subscribe', () => {
  const connections = ['1#a', '2#b', '3#c', '4#d', '5#e'];

  it('registers the connection and answers the log in one write', async () => {
    const requestId = await start();
    const token = { requestId, hash: HASH };
    const subscribed = await log.subscribe(token, '1#a');
    expect(subscribed).toMatchObject({
      outcome: 'subscribed',
      entry: { connections: ['1#a'], events: [started()] },
    });
    expect(await log.subscribe(token, '1#a')).toEqual(subscribed);
  });

  it('is full with five, except for one that is registered', async () => {
    const requestId = await start();
    const token = { requestId, hash: HASH };
    for (const connection of connections) await log.subscribe(token, connection);
    const sixth = await log.subscribe(token, '6#f');
    expect(sixth?.outcome).toBe('full');
    expect(sixth?.entry.connections.toSorted()).toEqual(connections);
    expect((await log.subscribe(token, '3#c'))?.outcome).toBe('subscribed');
    await log.forget(requestId, '1#a');
    expect((await log.subscribe(token, '6#f'))?.outcome).toBe('subscribed');
  });

  it('answers nothing to a foreign token or for an unknown verification', async () => {
    const requestId = await start();
    expect(await log.subscribe({ requestId, hash: OTHER_HASH }, '1#a')).toBeUndefined();
    expect(await log.subscribe({ requestId: randomUUID(), hash: HASH }, '1#a')).toBeUndefined();
    expect((await log.find(requestId))?.connections).toEqual([]);
  });

  it('makes no unowned verification its own', async () => {
    const requestId = randomUUID();
    await log.append(requestId, issued());
    expect(await log.subscribe({ requestId, hash: HASH }, '1#a')).toBeUndefined();
  });
});

describe('forget', () => {
  it('removes one connection, and is safe to repeat', async () => {
    const requestId = await start();
    await log.subscribe({ requestId, hash: HASH }, '1#a');
    await log.subscribe({ requestId, hash: HASH }, '2#b');
    await log.forget(requestId, '1#a');
    await log.forget(requestId, '1#a');
    expect((await log.find(requestId))?.connections).toEqual(['2#b']);
    await log.forget(requestId, '2#b');
    expect((await log.find(requestId))?.connections).toEqual([]);
  });

  it('does not bring back a verification that is gone', async () => {
    const requestId = randomUUID();
    await log.forget(requestId, '1#a');
    expect(await log.find(requestId)).toBeUndefined();
  });
});
