import { createHash, randomUUID } from 'node:crypto';
import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createVerificationLog } from '../../../../../shared/adapters/dynamodb/verification-log.ts';
import type { VerificationEvent } from '../../../../../shared/domain/events.ts';
import type {
  Appended,
  VerificationLog,
} from '../../../../../shared/domain/ports/verification-log.ts';
import { type DynaliteStore, startDynalite } from '../../../../fixtures/dynalite-store.ts';
import { CHECK_URL, EVERY_EVENT, START_MS, started } from '../../../../fixtures/histories.ts';
import { atOnce, outcomesOf } from '../../../../fixtures/outcomes.ts';

const HASH = hashOf('token');
const OTHER_HASH = hashOf('another token');
const NOW_MS = START_MS + 5_000;

let store: DynaliteStore;
let log: VerificationLog;
/** Of the test that runs. */
let requestId: string;

beforeAll(async () => {
  store = await startDynalite('request_id');
  log = createVerificationLog({ ...store, clock: { now: () => NOW_MS } });
});
beforeEach(() => {
  requestId = randomUUID();
});
afterAll(() => store.stop());

function hashOf(text: string): Uint8Array {
  return new Uint8Array(createHash('sha256').update(text).digest());
}

function issued(checkUrl = CHECK_URL): VerificationEvent {
  return { type: 'check_url_issued', atMs: START_MS, checkUrl };
}

function submitted(attempt: string): VerificationEvent {
  return { type: 'code_submitted', atMs: START_MS, attempt, kind: 'digits' };
}

function append(event: VerificationEvent, hash?: Uint8Array): Promise<Appended> {
  return log.append(requestId, event, hash);
}

async function outcomeOf(event: VerificationEvent, hash?: Uint8Array): Promise<string> {
  return (await append(event, hash)).outcome;
}

function start(): Promise<Appended> {
  return append(started(), HASH);
}

async function itemOf(id = requestId): Promise<Record<string, unknown> | undefined> {
  const Key = { request_id: { S: id } };
  const command = new GetItemCommand({ TableName: store.table, Key, ConsistentRead: true });
  return (await store.client.send(command)).Item;
}

describe('append', () => {
  it('stores every event in order and answers the whole log', async () => {
    await start();
    const later = EVERY_EVENT.filter(({ type }) => type !== 'started');
    let last: Appended | undefined;
    for (const event of later) last = await append(event, HASH);
    const events = [started(), ...later];
    const entry = { requestId, events, connections: [], clientTokenHash: HASH };
    expect(last).toEqual({ outcome: 'appended', entry });
    expect(await log.find(requestId)).toEqual(entry);
  });

  it('expires 48 hours after the start, whenever webhooks came', async () => {
    await append(issued());
    const soon = { N: String(NOW_MS / 1000 + 3600) };
    expect(await itemOf()).toMatchObject({ ttl: soon });
    expect(await itemOf()).not.toHaveProperty('client_token_hash');
    await append(started(), HASH);
    await append({ type: 'deadline', atMs: START_MS });
    expect(await itemOf()).toMatchObject({ ttl: { N: String(NOW_MS / 1000 + 172_800) } });
  });

  it('answers a repeated event with the log and changes nothing', async () => {
    await start();
    const first = await append(issued());
    const before = await itemOf();
    expect(first.outcome).toBe('appended');
    const second = await append({ ...issued(), atMs: START_MS + 1 });
    expect(second).toEqual({ ...first, outcome: 'repeated' });
    expect(await itemOf()).toEqual(before);
  });

  it('answers a repeated start to its owner only', async () => {
    await start();
    expect(await outcomeOf(started(), HASH)).toBe('repeated');
    expect(await append(started(), OTHER_HASH)).toEqual({ outcome: 'unauthorized' });
  });

  it('stores the check_url once when the answer to the start brings it first', async () => {
    const withCheckUrl = started(undefined, { checkUrl: CHECK_URL });
    await append(withCheckUrl, HASH);
    const repeated = { outcome: 'repeated', entry: { events: [withCheckUrl] } };
    expect(await append(issued())).toMatchObject(repeated);
    expect(await outcomeOf(issued(`${CHECK_URL}/2`))).toBe('appended');
  });

  it.each([
    ['without it', started()],
    ['with it', started(undefined, { checkUrl: CHECK_URL })],
  ])('joins a start %s to the check_url of an earlier webhook', async (_, event) => {
    await append(issued());
    const appended = { outcome: 'appended', entry: { events: [issued(), started()] } };
    expect(await append(event, HASH)).toMatchObject(appended);
    expect(await outcomeOf(event, HASH)).toBe('repeated');
  });

  it('writes nothing for a foreign token, nor for an unknown or unowned verification', async () => {
    await start();
    const unowned = randomUUID();
    await log.append(unowned, issued());
    const unknown = randomUUID();
    const event = submitted('a');
    const before = await itemOf();
    const unauthorized = { outcome: 'unauthorized' };
    expect(await append(event, OTHER_HASH)).toEqual(unauthorized);
    expect(await log.append(unowned, event, HASH)).toEqual(unauthorized);
    expect(await log.append(unknown, event, HASH)).toEqual(unauthorized);
    expect(await itemOf(unknown)).toBeUndefined();
    expect(await itemOf()).toEqual(before);
  });

  it('gives Vonage 24 places among many webhooks at once', async () => {
    await start();
    const webhook = (index: number) => append(issued(`https://api.vonage.com/${index}`));
    expect(await outcomesOf(atOnce(40, webhook))).toEqual({ appended: 24, full: 16 });
    const { events = [] } = (await log.find(requestId)) ?? {};
    for (const stored of events.slice(1)) expect(await outcomeOf(stored)).toBe('repeated');
  });

  it('gives the client 20 places, and takes each of its events once', async () => {
    await start();
    const events = Array.from({ length: 20 }, (_, index) => submitted(`p${index}`));
    const appended = [...events, ...events, ...events.slice(10)].map((event) =>
      append(event, HASH),
    );
    expect(await outcomesOf(appended)).toEqual({ appended: 20, repeated: 30 });
    expect(await outcomeOf(submitted('more'), HASH)).toBe('full');
    const entry = await log.find(requestId);
    expect(new Set(entry?.events.slice(1))).toEqual(new Set(events));
  });

  it('needs no places for our own events', async () => {
    await start();
    await outcomesOf(atOnce(24, (index) => append(issued(`https://api.vonage.com/${index}`))));
    await outcomesOf(atOnce(20, (index) => append(submitted(`a${index}`), HASH)));
    const types = 'cancelled aborted deadline notified let_go code_checked skip_refused'.split(' ');
    const own = EVERY_EVENT.filter(({ type }) => types.includes(type));
    expect(own).toHaveLength(types.length);
    for (const event of own) expect(await outcomeOf(event)).toBe('appended');
  });

  it('lets exactly one of 50 parallel starts own a verification', async () => {
    const starts = atOnce(50, (index) => append(started(), hashOf(String(index))));
    expect(await outcomesOf(starts)).toEqual({ appended: 1, unauthorized: 49 });
  });
});

describe('subscribe', () => {
  const connections = ['1#a', '2#b', '3#c', '4#d', '5#e'];

  it('registers the connection and answers the log in one write', async () => {
    await start();
    const token = { requestId, hash: HASH };
    const subscribed = await log.subscribe(token, '1#a');
    const entry = { connections: ['1#a'], events: [started()] };
    expect(subscribed).toMatchObject({ outcome: 'subscribed', entry });
    expect(await log.subscribe(token, '1#a')).toEqual(subscribed);
  });

  it('is full with five, except for one that is registered', async () => {
    await start();
    const token = { requestId, hash: HASH };
    for (const connection of connections) await log.subscribe(token, connection);
    const sixth = await log.subscribe(token, '6#f');
    expect(sixth?.outcome).toBe('full');
    expect(sixth?.entry.connections.toSorted()).toEqual(connections);
    expect((await log.subscribe(token, '3#c'))?.outcome).toBe('subscribed');
    await log.forget(requestId, '1#a');
    expect((await log.subscribe(token, '6#f'))?.outcome).toBe('subscribed');
  });

  it('answers nothing to a foreign token, nor for an unknown or unowned verification', async () => {
    await start();
    expect(await log.subscribe({ requestId, hash: OTHER_HASH }, '1#a')).toBeUndefined();
    expect(await log.subscribe({ requestId: randomUUID(), hash: HASH }, '1#a')).toBeUndefined();
    expect((await log.find(requestId))?.connections).toEqual([]);
    const unowned = randomUUID();
    await log.append(unowned, issued());
    expect(await log.subscribe({ requestId: unowned, hash: HASH }, '1#a')).toBeUndefined();
  });
});

describe('forget', () => {
  it('removes one connection, and is safe to repeat', async () => {
    await start();
    await log.subscribe({ requestId, hash: HASH }, '1#a');
    await log.subscribe({ requestId, hash: HASH }, '2#b');
    await log.forget(requestId, '1#a');
    await log.forget(requestId, '1#a');
    expect((await log.find(requestId))?.connections).toEqual(['2#b']);
    await log.forget(requestId, '2#b');
    expect((await log.find(requestId))?.connections).toEqual([]);
  });

  it('does not bring back a verification that is gone', async () => {
    await log.forget(requestId, '1#a');
    expect(await log.find(requestId)).toBeUndefined();
  });
});
