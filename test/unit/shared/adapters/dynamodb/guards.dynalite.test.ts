import { createHmac, randomUUID } from 'node:crypto';
import { type DynamoDBClient, ScanCommand, type UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  createGuards,
  type GuardsOptions,
} from '../../../../../shared/adapters/dynamodb/guards.ts';
import type { Guards, Intent } from '../../../../../shared/domain/ports.ts';
import { type DynaliteStore, startDynalite } from '../../../../fixtures/dynalite-store.ts';

const NOW_MS = Date.parse('2026-03-04T10:15:30.000Z');
const HOUR_MS = 3600_000;
const LIMITS = {
  address: { count: 3, windowSeconds: 60 },
  subject: { count: 2, windowSeconds: 60 },
  phoneNumber: { count: 2, windowSeconds: 3600 },
  email: { count: 2, windowSeconds: 3600 },
  prefix: { count: 20, windowSeconds: 3600 },
};
const guardHmac = async (parts: readonly string[]): Promise<Buffer> =>
  createHmac('sha256', 'guard key').update(JSON.stringify(parts)).digest();

let store: DynaliteStore;
let guards: Guards;
let numbers = 0;

beforeAll(async () => {
  store = await startDynalite('guard_key');
  guards = newGuards();
});
afterAll(() => store.stop());

function newGuards(more: Partial<GuardsOptions> = {}): Guards {
  const onceClient = () => store.client;
  return createGuards({ ...store, onceClient, limits: LIMITS, keys: { guardHmac }, ...more });
}

/** The store's client, whose answers get lost after the write has taken effect. */
function withLostAnswers(): DynamoDBClient {
  const send = async (command: UpdateItemCommand): Promise<never> => {
    await store.client.send(command);
    throw Object.assign(new Error('no answer in time'), { name: 'TimeoutError' });
  };
  return Object.create(store.client, { send: { value: send } });
}

function newNumber(): string {
  numbers += 1;
  return `+4915112${String(numbers).padStart(6, '0')}`;
}

function newIntent(members: Partial<Intent> = {}): Intent {
  return {
    idempotencyKey: randomUUID(),
    body: '["a body"]',
    clientRef: '0'.repeat(32),
    owner: randomUUID(),
    tokenKeyId: '0a1b2c3d',
    ...members,
  };
}

describe('count', () => {
  it('counts up to the limit and then tells when the window ends', async () => {
    const on = { limit: 'address', value: '203.0.113.1' } as const;
    for (let count = 0; count < 3; count += 1) {
      expect(await guards.count(on, NOW_MS)).toEqual({ outcome: 'counted' });
    }
    const refused = { outcome: 'refused', retryAtMs: NOW_MS + 30_000 };
    expect(await guards.count(on, NOW_MS)).toEqual(refused);
    expect(await guards.count(on, NOW_MS + 29_999)).toEqual(refused);
    expect(await guards.count(on, NOW_MS + 30_000)).toEqual({ outcome: 'counted' });
  });

  it('counts a whole IPv6 /64 as one and others by themselves', async () => {
    const on = (value: string) => ({ limit: 'address', value }) as const;
    for (const value of ['2001:db8:7::1', '2001:db8:7::2', '2001:db8:7:0:ffff::1']) {
      await guards.count(on(value), NOW_MS);
    }
    expect(await guards.count(on('2001:db8:7::9'), NOW_MS)).toMatchObject({ outcome: 'refused' });
    expect(await guards.count(on('2001:db8:7:1::9'), NOW_MS)).toEqual({ outcome: 'counted' });
  });

  it('keeps the limits apart', async () => {
    const value = 'same value';
    for (const limit of ['subject', 'email'] as const) {
      await guards.count({ limit, value }, NOW_MS);
      await guards.count({ limit, value }, NOW_MS);
      expect((await guards.count({ limit, value }, NOW_MS)).outcome).toBe('refused');
    }
    expect((await guards.count({ limit: 'prefix', value }, NOW_MS)).outcome).toBe('counted');
  });

  it('counts no more than the limit among 50 at once', async () => {
    const on = { limit: 'prefix', value: '+49151' } as const;
    const counts = await Promise.all(Array.from({ length: 50 }, () => guards.count(on, NOW_MS)));
    expect(counts.filter(({ outcome }) => outcome === 'counted')).toHaveLength(20);
  });

  it('counts every try by itself, one whose answer was lost as well', async () => {
    const on = { limit: 'email', value: 'lost-answer@example.org' } as const;
    await expect(newGuards({ client: withLostAnswers() }).count(on, NOW_MS)).rejects.toMatchObject({
      code: 'dependency_unavailable',
    });
    expect((await guards.count(on, NOW_MS)).outcome).toBe('counted');
    expect((await guards.count(on, NOW_MS)).outcome).toBe('refused');
  });

  it('refuses everything where nothing is allowed', async () => {
    const none = { ...LIMITS, address: { count: 0, windowSeconds: 60 } };
    const closed = newGuards({ limits: none });
    const on = { limit: 'address', value: '203.0.113.99' } as const;
    expect((await closed.count(on, NOW_MS)).outcome).toBe('refused');
  });
});

describe('uncount', () => {
  it('gives one count back', async () => {
    const on = { limit: 'email', value: 'jo@example.org' } as const;
    await guards.count(on, NOW_MS);
    await guards.count(on, NOW_MS);
    await guards.uncount(on, NOW_MS);
    expect((await guards.count(on, NOW_MS)).outcome).toBe('counted');
    expect((await guards.count(on, NOW_MS)).outcome).toBe('refused');
  });

  it('makes no room that the limit does not give', async () => {
    const on = { limit: 'email', value: 'never-counted@example.org' } as const;
    await guards.uncount(on, NOW_MS);
    const counts = [await guards.count(on, NOW_MS), await guards.count(on, NOW_MS)];
    expect(counts.map(({ outcome }) => outcome)).toEqual(['counted', 'counted']);
    expect((await guards.count(on, NOW_MS)).outcome).toBe('refused');
  });

  it('gives back to the window that was counted in, whatever time it is', async () => {
    const on = { limit: 'email', value: 'edge@example.org' } as const;
    const nextMs = NOW_MS + HOUR_MS;
    await guards.count(on, NOW_MS);
    await guards.count(on, nextMs);
    await guards.count(on, nextMs);
    await guards.count(on, NOW_MS);
    await guards.uncount(on, NOW_MS);
    expect((await guards.count(on, nextMs)).outcome).toBe('refused');
    expect((await guards.count(on, NOW_MS)).outcome).toBe('counted');
  });

  it('is sent once, and fails nobody when its answer is lost', async () => {
    const on = { limit: 'email', value: 'lost-give-back@example.org' } as const;
    await guards.count(on, NOW_MS);
    await guards.count(on, NOW_MS);
    await newGuards({ onceClient: withLostAnswers }).uncount(on, NOW_MS);
    expect((await guards.count(on, NOW_MS)).outcome).toBe('counted');
    expect((await guards.count(on, NOW_MS)).outcome).toBe('refused');
  });

  it('does not hide a mistake of ours', async () => {
    const on = { limit: 'email', value: 'mistake@example.org' } as const;
    const closed = (): DynamoDBClient =>
      Object.create(store.client, {
        send: { value: () => Promise.reject(new TypeError('a mistake')) },
      });
    await expect(newGuards({ onceClient: closed }).uncount(on, NOW_MS)).rejects.toThrow(
      'a mistake',
    );
  });
});

describe('lockPhoneNumber', () => {
  it('locks a number for 35 s against every other start', async () => {
    const number = newNumber();
    expect(await guards.lockPhoneNumber(number, 'one', NOW_MS)).toEqual({ outcome: 'locked' });
    const refused = { outcome: 'refused', retryAtMs: NOW_MS + 35_000 };
    expect(await guards.lockPhoneNumber(number, 'two', NOW_MS + 34_999)).toEqual(refused);
    expect((await guards.lockPhoneNumber(number, 'two', NOW_MS + 35_000)).outcome).toBe('locked');
  });

  it('locks for one of 50 at once', async () => {
    const number = newNumber();
    const locks = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        guards.lockPhoneNumber(number, `owner ${index}`, NOW_MS),
      ),
    );
    expect(locks.filter(({ outcome }) => outcome === 'locked')).toHaveLength(1);
  });

  it('counts once when its own write is repeated because the answer was lost', async () => {
    const number = newNumber();
    await guards.lockPhoneNumber(number, 'one', NOW_MS);
    expect((await guards.lockPhoneNumber(number, 'one', NOW_MS)).outcome).toBe('locked');
    await guards.releasePhoneNumber(number, 'one', NOW_MS, false);
    expect((await guards.lockPhoneNumber(number, 'two', NOW_MS)).outcome).toBe('locked');
  });

  it('counts within the window, and tells when it ends', async () => {
    const number = newNumber();
    for (const owner of ['one', 'two']) {
      await guards.lockPhoneNumber(number, owner, NOW_MS);
      await guards.releasePhoneNumber(number, owner, NOW_MS, false);
    }
    const windowEndMs = Date.parse('2026-03-04T11:00:00.000Z');
    expect(await guards.lockPhoneNumber(number, 'three', NOW_MS)).toEqual({
      outcome: 'refused',
      retryAtMs: windowEndMs,
    });
    expect((await guards.lockPhoneNumber(number, 'three', windowEndMs)).outcome).toBe('locked');
  });

  it('gives the count back with the lock when it is asked to', async () => {
    const number = newNumber();
    for (const owner of ['one', 'two', 'three', 'four']) {
      expect((await guards.lockPhoneNumber(number, owner, NOW_MS)).outcome).toBe('locked');
      await guards.releasePhoneNumber(number, owner, NOW_MS, true);
    }
  });

  it('releases the lock although the window of its count has passed', async () => {
    const number = newNumber();
    await guards.lockPhoneNumber(number, 'one', NOW_MS);
    await guards.releasePhoneNumber(number, 'one', NOW_MS + HOUR_MS, true);
    expect((await guards.lockPhoneNumber(number, 'two', NOW_MS)).outcome).toBe('locked');
  });

  it('leaves the lock of another start alone', async () => {
    const number = newNumber();
    await guards.lockPhoneNumber(number, 'one', NOW_MS);
    await guards.releasePhoneNumber(number, 'two', NOW_MS, true);
    expect((await guards.lockPhoneNumber(number, 'two', NOW_MS)).outcome).toBe('refused');
  });

  it('names the live verification until its time is over', async () => {
    const number = newNumber();
    const liveUntilMs = NOW_MS + 210_000;
    await guards.lockPhoneNumber(number, 'one', NOW_MS);
    await guards.recordPhoneNumber(number, 'one', { requestId: 'request-1', liveUntilMs });
    expect(await guards.lockPhoneNumber(number, 'two', NOW_MS + 1)).toEqual({
      outcome: 'live',
      requestId: 'request-1',
      retryAtMs: liveUntilMs,
    });
    expect((await guards.lockPhoneNumber(number, 'two', liveUntilMs)).outcome).toBe('locked');
  });

  it('passes over a live verification that is known to have ended, and over no other', async () => {
    const number = newNumber();
    const live = { requestId: 'request-1', liveUntilMs: NOW_MS + 210_000 };
    await guards.lockPhoneNumber(number, 'one', NOW_MS);
    await guards.recordPhoneNumber(number, 'one', live);
    const other = await guards.lockPhoneNumber(number, 'two', NOW_MS, 'request-0');
    expect(other).toMatchObject({ outcome: 'live', requestId: 'request-1' });
    const lock = await guards.lockPhoneNumber(number, 'two', NOW_MS, 'request-1');
    expect(lock.outcome).toBe('locked');
  });
});

describe('recordPhoneNumber', () => {
  it('is safe to repeat', async () => {
    const number = newNumber();
    const live = { requestId: 'request-1', liveUntilMs: NOW_MS + 210_000 };
    await guards.lockPhoneNumber(number, 'one', NOW_MS);
    await guards.recordPhoneNumber(number, 'one', live);
    await guards.recordPhoneNumber(number, 'one', live);
    expect(await guards.lockPhoneNumber(number, 'two', NOW_MS)).toMatchObject({
      outcome: 'live',
      requestId: 'request-1',
    });
  });

  it('overwrites neither the lock nor the live verification of a later start', async () => {
    const number = newNumber();
    const laterMs = NOW_MS + 40_000;
    const liveUntilMs = NOW_MS + 300_000;
    await guards.lockPhoneNumber(number, 'late', NOW_MS);
    await guards.lockPhoneNumber(number, 'next', laterMs);
    await guards.recordPhoneNumber(number, 'late', { requestId: 'request-late', liveUntilMs });
    expect((await guards.lockPhoneNumber(number, 'x', laterMs)).outcome).toBe('refused');
    await guards.recordPhoneNumber(number, 'next', { requestId: 'request-next', liveUntilMs });
    await guards.recordPhoneNumber(number, 'late', { requestId: 'request-late', liveUntilMs });
    const windowEndMs = Date.parse('2026-03-04T11:00:00.000Z');
    const lock = await guards.lockPhoneNumber(number, 'x', laterMs);
    expect(lock).toEqual({ outcome: 'refused', retryAtMs: windowEndMs });
  });
});

describe('claimIntent', () => {
  it('lets one of 50 repeats start, the others wait', async () => {
    const idempotencyKey = randomUUID();
    const claims = await Promise.all(
      Array.from({ length: 50 }, () => guards.claimIntent(newIntent({ idempotencyKey }), NOW_MS)),
    );
    expect(claims.filter(({ outcome }) => outcome === 'fresh')).toHaveLength(1);
    const waiting = claims.filter(({ outcome }) => outcome === 'in_progress');
    expect(waiting).toHaveLength(49);
    expect(waiting[0]).toEqual({ outcome: 'in_progress', retryAtMs: NOW_MS + 35_000 });
  });

  it('answers repeats of a known start for 10 minutes', async () => {
    const intent = newIntent();
    const repeat = newIntent({ idempotencyKey: intent.idempotencyKey, tokenKeyId: 'ffffffff' });
    await guards.claimIntent(intent, NOW_MS);
    await guards.recordIntent(intent, 'request-1', NOW_MS);
    await guards.recordIntent(intent, 'request-1', NOW_MS);
    const known = {
      outcome: 'started',
      requestId: 'request-1',
      tokenKeyId: '0a1b2c3d',
      recordedAtMs: NOW_MS,
    };
    expect(await guards.claimIntent(repeat, NOW_MS + 1)).toEqual(known);
    expect(await guards.claimIntent(repeat, NOW_MS + 599_000)).toEqual(known);
    expect(await guards.claimIntent(repeat, NOW_MS + 600_000)).toEqual({ outcome: 'fresh' });
  });

  it('refuses another body, whatever became of the first', async () => {
    const intent = newIntent();
    const other = newIntent({ idempotencyKey: intent.idempotencyKey, body: '["another body"]' });
    await guards.claimIntent(intent, NOW_MS);
    expect(await guards.claimIntent(other, NOW_MS)).toEqual({ outcome: 'other_body' });
    await guards.markIntentUnknown(intent);
    expect(await guards.claimIntent(other, NOW_MS)).toEqual({ outcome: 'other_body' });
  });

  it('lets one repeat take over a start of unknown fate', async () => {
    const intent = newIntent();
    await guards.claimIntent(intent, NOW_MS);
    await guards.markIntentUnknown(intent);
    const claims = await Promise.all(
      Array.from({ length: 10 }, () =>
        guards.claimIntent(newIntent({ idempotencyKey: intent.idempotencyKey }), NOW_MS + 1),
      ),
    );
    expect(claims.filter(({ outcome }) => outcome === 'takeover')).toHaveLength(1);
    expect(claims.filter(({ outcome }) => outcome === 'in_progress')).toHaveLength(9);
  });

  it('takes over a start that died, once its 35 s are over', async () => {
    const intent = newIntent();
    const repeat = newIntent({ idempotencyKey: intent.idempotencyKey });
    await guards.claimIntent(intent, NOW_MS);
    expect((await guards.claimIntent(repeat, NOW_MS + 34_999)).outcome).toBe('in_progress');
    expect((await guards.claimIntent(repeat, NOW_MS + 35_000)).outcome).toBe('takeover');
    await guards.recordIntent(intent, 'request-late', NOW_MS + 35_001);
    await guards.recordIntent(repeat, 'request-2', NOW_MS + 35_002);
    const third = newIntent({ idempotencyKey: intent.idempotencyKey });
    expect(await guards.claimIntent(third, NOW_MS + 35_003)).toMatchObject({
      outcome: 'started',
      requestId: 'request-2',
    });
  });

  it('takes over rather than waits when its own write is repeated', async () => {
    const intent = newIntent();
    await guards.claimIntent(intent, NOW_MS);
    expect(await guards.claimIntent(intent, NOW_MS)).toEqual({ outcome: 'takeover' });
  });

  it('is free again, for any body, after a definite refusal', async () => {
    const intent = newIntent();
    const other = newIntent({ idempotencyKey: intent.idempotencyKey, body: '["another body"]' });
    await guards.claimIntent(intent, NOW_MS);
    await guards.releaseIntent(intent);
    await guards.releaseIntent(intent);
    expect(await guards.claimIntent(other, NOW_MS)).toEqual({ outcome: 'again' });
  });

  it('changes nothing for a start that does not own it any more', async () => {
    const intent = newIntent();
    const repeat = newIntent({ idempotencyKey: intent.idempotencyKey });
    await guards.claimIntent(intent, NOW_MS);
    await guards.claimIntent(repeat, NOW_MS + 35_000);
    await guards.releaseIntent(intent);
    await guards.markIntentUnknown(intent);
    const third = newIntent({ idempotencyKey: intent.idempotencyKey });
    expect((await guards.claimIntent(third, NOW_MS + 35_001)).outcome).toBe('in_progress');
  });

  it('cannot undo a start that is known', async () => {
    const intent = newIntent();
    await guards.claimIntent(intent, NOW_MS);
    await guards.recordIntent(intent, 'request-1', NOW_MS);
    await guards.releaseIntent(intent);
    await guards.markIntentUnknown(intent);
    const repeat = newIntent({ idempotencyKey: intent.idempotencyKey });
    expect((await guards.claimIntent(repeat, NOW_MS)).outcome).toBe('started');
  });
});

describe('the table', () => {
  it('tells nothing about anybody, and every item ends', async () => {
    const number = newNumber();
    const intent = newIntent({ body: JSON.stringify([number, 'jo@example.org']) });
    await guards.lockPhoneNumber(number, 'one', NOW_MS);
    await guards.claimIntent(intent, NOW_MS);
    await guards.count({ limit: 'email', value: 'jo@example.org' }, NOW_MS);
    await guards.count({ limit: 'address', value: '198.51.100.4' }, NOW_MS);
    await guards.count({ limit: 'prefix', value: number.slice(0, -4) }, NOW_MS);
    const { Items: items = [] } = await store.client.send(
      new ScanCommand({ TableName: store.table }),
    );
    expect(items.every(({ ttl }) => Number(ttl?.N) > NOW_MS / 1000)).toBe(true);
    const dump = JSON.stringify(items);
    for (const secret of [
      number.slice(1, -4),
      'example.org',
      '198.51.100',
      intent.idempotencyKey,
    ]) {
      expect(dump).not.toContain(secret);
    }
  });
});

describe('unlockUnresolved', () => {
  it('lets the next start lock, and tells it that the number is contested', async () => {
    const number = newNumber();
    await guards.lockPhoneNumber(number, 'one', NOW_MS);
    await guards.unlockUnresolved(number, 'one');
    expect(await guards.lockPhoneNumber(number, 'two', NOW_MS)).toEqual({
      outcome: 'locked',
      contested: true,
    });
  });

  it('is held by all overlapping tries of one start, and counted once', async () => {
    const number = newNumber();
    const locks = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        guards.lockPhoneNumber(number, `one.${index}`, NOW_MS),
      ),
    );
    expect(locks.every(({ outcome }) => outcome === 'locked')).toBe(true);
    const [first] = locks.flatMap((lock, index) =>
      lock.outcome === 'locked' && lock.heldBy === undefined ? [`one.${index}`] : [],
    );
    const held = locks.filter((lock) => lock.outcome === 'locked' && lock.heldBy === first);
    expect(held).toHaveLength(19);
  });

  it('is inherited with all of its time, and then not the earlier try’s to give back', async () => {
    const number = newNumber();
    await guards.lockPhoneNumber(number, 'one.1', NOW_MS);
    const inherited = await guards.inheritPhoneNumber(number, 'one.2', NOW_MS + 30_000, 'one.1');
    expect(inherited).toEqual({ outcome: 'locked' });
    await guards.releasePhoneNumber(number, 'one.1', NOW_MS + 30_001, true);
    await guards.unlockUnresolved(number, 'one.1');
    const other = await guards.lockPhoneNumber(number, 'two.1', NOW_MS + 64_999);
    expect(other).toEqual({ outcome: 'refused', retryAtMs: NOW_MS + 65_000 });
  });

  it('is not inherited from another start, nor once it was given back', async () => {
    const number = newNumber();
    await guards.lockPhoneNumber(number, 'one.1', NOW_MS);
    const refused = { outcome: 'refused', retryAtMs: NOW_MS + 1000 };
    expect(await guards.inheritPhoneNumber(number, 'on.2', NOW_MS, 'on.1')).toEqual(refused);
    await guards.releasePhoneNumber(number, 'one.1', NOW_MS, true);
    expect(await guards.inheritPhoneNumber(number, 'one.2', NOW_MS, 'one.1')).toEqual(refused);
  });

  it('is not taken back from a later try by a repeat that comes late', async () => {
    const number = newNumber();
    const refused = { outcome: 'refused', retryAtMs: NOW_MS + 1000 };
    await guards.lockPhoneNumber(number, 'one.1', NOW_MS);
    await guards.inheritPhoneNumber(number, 'one.2', NOW_MS, 'one.1');
    await guards.inheritPhoneNumber(number, 'one.3', NOW_MS, 'one.2');
    expect(await guards.inheritPhoneNumber(number, 'one.2', NOW_MS, 'one.1')).toEqual(refused);
    await guards.releasePhoneNumber(number, 'one.2', NOW_MS, false);
    expect((await guards.lockPhoneNumber(number, 'two.1', NOW_MS)).outcome).toBe('refused');
  });

  it('does not contest a repeat of the same start', async () => {
    const number = newNumber();
    await guards.lockPhoneNumber(number, 'one', NOW_MS);
    await guards.unlockUnresolved(number, 'one');
    expect(await guards.lockPhoneNumber(number, 'one', NOW_MS)).toEqual({ outcome: 'locked' });
  });

  it('is forgotten once Vonage has certainly answered a start', async () => {
    const number = newNumber();
    const liveUntilMs = NOW_MS + HOUR_MS;
    await guards.lockPhoneNumber(number, 'one', NOW_MS);
    await guards.unlockUnresolved(number, 'one');
    await guards.lockPhoneNumber(number, 'two', NOW_MS);
    await guards.recordPhoneNumber(number, 'two', { requestId: 'request-2', liveUntilMs });
    expect(await guards.lockPhoneNumber(number, 'three', liveUntilMs)).toEqual({
      outcome: 'locked',
    });
  });
});
