import { createHmac, randomUUID } from 'node:crypto';
import { type DynamoDBClient, ScanCommand, type UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  createStartProtection,
  type StartProtection,
  type StartProtectionOptions,
} from '../../../../../shared/adapters/dynamodb/start-protection.ts';
import type { IdempotentStart } from '../../../../../shared/domain/ports/idempotency-records.ts';
import type { LockHolder } from '../../../../../shared/domain/ports/phone-number-locks.ts';
import type { Caller, CountedOn } from '../../../../../shared/domain/ports/rate-limits.ts';
import { type DynaliteStore, startDynalite } from '../../../../fixtures/dynalite-store.ts';

const NOW_MS = Date.parse('2026-03-04T10:15:30.000Z');
const HOUR_MS = 3600_000;
const LIMITS = {
  address: { count: 3, windowSeconds: 60 },
  subject: { count: 2, windowSeconds: 60 },
  phoneNumber: { count: 2, perCaller: 2, windowSeconds: 3600 },
  email: { count: 2, perCaller: 2, windowSeconds: 3600 },
  prefix: { count: 20, perCaller: 20, windowSeconds: 3600 },
};
const CALLER: Caller = { address: '198.51.100.7' };
const guardHmac = async (parts: readonly string[]): Promise<Buffer> =>
  createHmac('sha256', 'guard key').update(JSON.stringify(parts)).digest();

let store: DynaliteStore;
let rateLimits: StartProtection['rateLimits'];
let locks: StartProtection['locks'];
let idempotencyRecords: StartProtection['idempotencyRecords'];
let numbers = 0;

beforeAll(async () => {
  store = await startDynalite('guard_key');
  ({ rateLimits, locks, idempotencyRecords } = newProtection());
});
afterAll(() => store.stop());

function newProtection(more: Partial<StartProtectionOptions> = {}): StartProtection {
  const onceClient = () => store.client;
  return createStartProtection({
    ...store,
    onceClient,
    limits: LIMITS,
    keys: { guardHmac },
    ...more,
  });
}

/** The store's client, whose answers get lost after the write has taken effect. */
function withLostAnswers(): DynamoDBClient {
  const send = async (command: UpdateItemCommand): Promise<never> => {
    await store.client.send(command);
    throw Object.assign(new Error('no answer in time'), { name: 'TimeoutError' });
  };
  return Object.create(store.client, { send: { value: send } });
}

function counter(limit: CountedOn['limit'], value: string, caller: Caller = CALLER): CountedOn {
  return { limit, value, caller };
}

function holder(phoneNumber: string, owner: string): LockHolder {
  return { phoneNumber, owner };
}

function newNumber(): string {
  numbers += 1;
  return `+4915112${String(numbers).padStart(6, '0')}`;
}

function newStart(members: Partial<IdempotentStart> = {}): IdempotentStart {
  return {
    idempotencyKey: randomUUID(),
    body: '["a body"]',
    clientRef: '0'.repeat(32),
    owner: randomUUID(),
    tokenKeyId: '0a1b2c3d',
    ...members,
  };
}

describe('RateLimits.count', () => {
  it('counts up to the limit and then tells when the window ends', async () => {
    const on = counter('address', '203.0.113.1');
    for (let count = 0; count < 3; count += 1) {
      expect(await rateLimits.count(on, NOW_MS)).toEqual({ outcome: 'counted' });
    }
    const refused = { outcome: 'spent', endsAtMs: NOW_MS + 30_000 };
    expect(await rateLimits.count(on, NOW_MS)).toEqual(refused);
    expect(await rateLimits.count(on, NOW_MS + 29_999)).toEqual(refused);
    expect(await rateLimits.count(on, NOW_MS + 30_000)).toEqual({ outcome: 'counted' });
  });

  it('counts a whole IPv6 /64 as one and others by themselves', async () => {
    const on = (value: string) => counter('address', value);
    for (const value of ['2001:db8:7::1', '2001:db8:7::2', '2001:db8:7:0:ffff::1']) {
      await rateLimits.count(on(value), NOW_MS);
    }
    expect(await rateLimits.count(on('2001:db8:7::9'), NOW_MS)).toMatchObject({
      outcome: 'spent',
    });
    expect(await rateLimits.count(on('2001:db8:7:1::9'), NOW_MS)).toEqual({ outcome: 'counted' });
  });

  it('keeps the limits apart', async () => {
    const value = 'same value';
    for (const limit of ['subject', 'email'] as const) {
      await rateLimits.count(counter(limit, value), NOW_MS);
      await rateLimits.count(counter(limit, value), NOW_MS);
      expect((await rateLimits.count(counter(limit, value), NOW_MS)).outcome).toBe('spent');
    }
    expect((await rateLimits.count(counter('prefix', value), NOW_MS)).outcome).toBe('counted');
  });

  it('counts no more than the limit among 50 at once', async () => {
    const on = counter('prefix', '+49151');
    const counts = await Promise.all(
      Array.from({ length: 50 }, () => rateLimits.count(on, NOW_MS)),
    );
    expect(counts.filter(({ outcome }) => outcome === 'counted')).toHaveLength(20);
  });

  it('counts every try by itself, one whose answer was lost as well', async () => {
    const on = counter('email', 'lost-answer@example.org');
    await expect(
      newProtection({ client: withLostAnswers() }).rateLimits.count(on, NOW_MS),
    ).rejects.toMatchObject({
      code: 'dependency_unavailable',
    });
    expect((await rateLimits.count(on, NOW_MS)).outcome).toBe('counted');
    expect((await rateLimits.count(on, NOW_MS)).outcome).toBe('spent');
  });

  it('refuses everything where nothing is allowed', async () => {
    const none = { ...LIMITS, address: { count: 0, windowSeconds: 60 } };
    const { rateLimits: closed } = newProtection({ limits: none });
    const on = counter('address', '203.0.113.99');
    expect((await closed.count(on, NOW_MS)).outcome).toBe('spent');
  });
});

describe('RateLimits.giveBack', () => {
  it('gives one count back', async () => {
    const on = counter('email', 'jo@example.org');
    await rateLimits.count(on, NOW_MS);
    await rateLimits.count(on, NOW_MS);
    await rateLimits.giveBack(on, NOW_MS);
    expect((await rateLimits.count(on, NOW_MS)).outcome).toBe('counted');
    expect((await rateLimits.count(on, NOW_MS)).outcome).toBe('spent');
  });

  it('makes no room that the limit does not give', async () => {
    const on = counter('email', 'never-counted@example.org');
    await rateLimits.giveBack(on, NOW_MS);
    const counts = [await rateLimits.count(on, NOW_MS), await rateLimits.count(on, NOW_MS)];
    expect(counts.map(({ outcome }) => outcome)).toEqual(['counted', 'counted']);
    expect((await rateLimits.count(on, NOW_MS)).outcome).toBe('spent');
  });

  it('gives back to the window that was counted in, whatever time it is', async () => {
    const on = counter('email', 'edge@example.org');
    const nextMs = NOW_MS + HOUR_MS;
    await rateLimits.count(on, NOW_MS);
    await rateLimits.count(on, nextMs);
    await rateLimits.count(on, nextMs);
    await rateLimits.count(on, NOW_MS);
    await rateLimits.giveBack(on, NOW_MS);
    expect((await rateLimits.count(on, nextMs)).outcome).toBe('spent');
    expect((await rateLimits.count(on, NOW_MS)).outcome).toBe('counted');
  });

  it('is sent once, and fails nobody when its answer is lost', async () => {
    const on = counter('email', 'lost-give-back@example.org');
    await rateLimits.count(on, NOW_MS);
    await rateLimits.count(on, NOW_MS);
    await newProtection({ onceClient: withLostAnswers }).rateLimits.giveBack(on, NOW_MS);
    expect((await rateLimits.count(on, NOW_MS)).outcome).toBe('counted');
    expect((await rateLimits.count(on, NOW_MS)).outcome).toBe('spent');
  });

  it('does not hide a mistake of ours', async () => {
    const on = counter('email', 'mistake@example.org');
    const closed = (): DynamoDBClient =>
      Object.create(store.client, {
        send: { value: () => Promise.reject(new TypeError('a mistake')) },
      });
    await expect(
      newProtection({ onceClient: closed }).rateLimits.giveBack(on, NOW_MS),
    ).rejects.toThrow('a mistake');
  });
});

describe('PhoneNumberLocks.lock', () => {
  it('locks a number for 35 s against every other start', async () => {
    const number = newNumber();
    expect(await locks.lock(holder(number, 'one'), NOW_MS)).toEqual({ outcome: 'locked' });
    const refused = { outcome: 'held' };
    expect(await locks.lock(holder(number, 'two'), NOW_MS + 34_999)).toEqual(refused);
    expect((await locks.lock(holder(number, 'two'), NOW_MS + 35_000)).outcome).toBe('locked');
  });

  it('locks for one of 50 at once', async () => {
    const number = newNumber();
    const tries = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        locks.lock(holder(number, `owner ${index}`), NOW_MS),
      ),
    );
    expect(tries.filter(({ outcome }) => outcome === 'locked')).toHaveLength(1);
  });

  it('is held by its own write whose answer was lost', async () => {
    const number = newNumber();
    await locks.lock(holder(number, 'one'), NOW_MS);
    expect((await locks.lock(holder(number, 'one'), NOW_MS)).outcome).toBe('locked');
  });

  it('leaves the lock of another start alone', async () => {
    const number = newNumber();
    await locks.lock(holder(number, 'one'), NOW_MS);
    await locks.release(holder(number, 'two'));
    expect((await locks.lock(holder(number, 'two'), NOW_MS)).outcome).toBe('held');
  });

  it('names the live verification until its time is over', async () => {
    const number = newNumber();
    const liveUntilMs = NOW_MS + 210_000;
    await locks.lock(holder(number, 'one'), NOW_MS);
    await locks.record(holder(number, 'one'), { requestId: 'request-1', liveUntilMs });
    expect(await locks.lock(holder(number, 'two'), NOW_MS + 1)).toEqual({
      outcome: 'live',
      requestId: 'request-1',
    });
    expect((await locks.lock(holder(number, 'two'), liveUntilMs)).outcome).toBe('locked');
  });

  it('passes over a live verification that is known to have ended, and over no other', async () => {
    const number = newNumber();
    const live = { requestId: 'request-1', liveUntilMs: NOW_MS + 210_000 };
    await locks.lock(holder(number, 'one'), NOW_MS);
    await locks.record(holder(number, 'one'), live);
    const other = await locks.lock(holder(number, 'two'), NOW_MS, 'request-0');
    expect(other).toMatchObject({ outcome: 'live', requestId: 'request-1' });
    const lock = await locks.lock(holder(number, 'two'), NOW_MS, 'request-1');
    expect(lock.outcome).toBe('locked');
  });
});

describe('PhoneNumberLocks.record', () => {
  it('is safe to repeat', async () => {
    const number = newNumber();
    const live = { requestId: 'request-1', liveUntilMs: NOW_MS + 210_000 };
    await locks.lock(holder(number, 'one'), NOW_MS);
    await locks.record(holder(number, 'one'), live);
    await locks.record(holder(number, 'one'), live);
    expect(await locks.lock(holder(number, 'two'), NOW_MS)).toMatchObject({
      outcome: 'live',
      requestId: 'request-1',
    });
  });

  it('overwrites neither the lock nor the live verification of a later start', async () => {
    const number = newNumber();
    const laterMs = NOW_MS + 40_000;
    const liveUntilMs = NOW_MS + 300_000;
    await locks.lock(holder(number, 'late'), NOW_MS);
    await locks.lock(holder(number, 'next'), laterMs);
    await locks.record(holder(number, 'late'), { requestId: 'request-late', liveUntilMs });
    expect((await locks.lock(holder(number, 'x'), laterMs)).outcome).toBe('held');
    await locks.record(holder(number, 'next'), { requestId: 'request-next', liveUntilMs });
    await locks.record(holder(number, 'late'), { requestId: 'request-late', liveUntilMs });
    const lock = await locks.lock(holder(number, 'x'), laterMs);
    expect(lock).toEqual({ outcome: 'live', requestId: 'request-next' });
  });
});

describe('IdempotencyRecords.claim', () => {
  it('lets one of 50 repeats start, the others wait', async () => {
    const idempotencyKey = randomUUID();
    const claims = await Promise.all(
      Array.from({ length: 50 }, () =>
        idempotencyRecords.claim(newStart({ idempotencyKey }), NOW_MS),
      ),
    );
    expect(claims.filter(({ outcome }) => outcome === 'fresh')).toHaveLength(1);
    const waiting = claims.filter(({ outcome }) => outcome === 'in_progress');
    expect(waiting).toHaveLength(49);
    expect(waiting[0]).toEqual({ outcome: 'in_progress', retryAtMs: NOW_MS + 35_000 });
  });

  it('answers repeats of a known start for 10 minutes', async () => {
    const start = newStart();
    const repeat = newStart({ idempotencyKey: start.idempotencyKey, tokenKeyId: 'ffffffff' });
    await idempotencyRecords.claim(start, NOW_MS);
    await idempotencyRecords.record(start, 'request-1', NOW_MS);
    await idempotencyRecords.record(start, 'request-1', NOW_MS);
    const known = {
      outcome: 'started',
      requestId: 'request-1',
      tokenKeyId: '0a1b2c3d',
      recordedAtMs: NOW_MS,
    };
    expect(await idempotencyRecords.claim(repeat, NOW_MS + 1)).toEqual(known);
    expect(await idempotencyRecords.claim(repeat, NOW_MS + 599_000)).toEqual(known);
    expect(await idempotencyRecords.claim(repeat, NOW_MS + 600_000)).toEqual({ outcome: 'fresh' });
  });

  it('refuses another body, whatever became of the first', async () => {
    const start = newStart();
    const other = newStart({ idempotencyKey: start.idempotencyKey, body: '["another body"]' });
    await idempotencyRecords.claim(start, NOW_MS);
    expect(await idempotencyRecords.claim(other, NOW_MS)).toEqual({ outcome: 'other_body' });
    await idempotencyRecords.markUnknown(start);
    expect(await idempotencyRecords.claim(other, NOW_MS)).toEqual({ outcome: 'other_body' });
  });

  it('lets one repeat take over a start of unknown outcome', async () => {
    const start = newStart();
    await idempotencyRecords.claim(start, NOW_MS);
    await idempotencyRecords.markUnknown(start);
    const claims = await Promise.all(
      Array.from({ length: 10 }, () =>
        idempotencyRecords.claim(newStart({ idempotencyKey: start.idempotencyKey }), NOW_MS + 1),
      ),
    );
    expect(claims.filter(({ outcome }) => outcome === 'takeover')).toHaveLength(1);
    expect(claims.filter(({ outcome }) => outcome === 'in_progress')).toHaveLength(9);
  });

  it('takes over a start that died, once its 35 s are over', async () => {
    const start = newStart();
    const repeat = newStart({ idempotencyKey: start.idempotencyKey });
    await idempotencyRecords.claim(start, NOW_MS);
    expect((await idempotencyRecords.claim(repeat, NOW_MS + 34_999)).outcome).toBe('in_progress');
    expect((await idempotencyRecords.claim(repeat, NOW_MS + 35_000)).outcome).toBe('takeover');
    await idempotencyRecords.record(start, 'request-late', NOW_MS + 35_001);
    await idempotencyRecords.record(repeat, 'request-2', NOW_MS + 35_002);
    const third = newStart({ idempotencyKey: start.idempotencyKey });
    expect(await idempotencyRecords.claim(third, NOW_MS + 35_003)).toMatchObject({
      outcome: 'started',
      requestId: 'request-2',
    });
  });

  it('takes over rather than waits when its own write is repeated', async () => {
    const start = newStart();
    await idempotencyRecords.claim(start, NOW_MS);
    expect(await idempotencyRecords.claim(start, NOW_MS)).toEqual({ outcome: 'takeover' });
  });

  it('is free again, for any body, after a definite refusal', async () => {
    const start = newStart();
    const other = newStart({ idempotencyKey: start.idempotencyKey, body: '["another body"]' });
    await idempotencyRecords.claim(start, NOW_MS);
    await idempotencyRecords.release(start);
    await idempotencyRecords.release(start);
    expect(await idempotencyRecords.claim(other, NOW_MS)).toEqual({ outcome: 'again' });
  });

  it('changes nothing for a start that does not own it any more', async () => {
    const start = newStart();
    const repeat = newStart({ idempotencyKey: start.idempotencyKey });
    await idempotencyRecords.claim(start, NOW_MS);
    await idempotencyRecords.claim(repeat, NOW_MS + 35_000);
    await idempotencyRecords.release(start);
    await idempotencyRecords.markUnknown(start);
    const third = newStart({ idempotencyKey: start.idempotencyKey });
    expect((await idempotencyRecords.claim(third, NOW_MS + 35_001)).outcome).toBe('in_progress');
  });

  it('cannot undo a start that is known', async () => {
    const start = newStart();
    await idempotencyRecords.claim(start, NOW_MS);
    await idempotencyRecords.record(start, 'request-1', NOW_MS);
    await idempotencyRecords.release(start);
    await idempotencyRecords.markUnknown(start);
    const repeat = newStart({ idempotencyKey: start.idempotencyKey });
    expect((await idempotencyRecords.claim(repeat, NOW_MS)).outcome).toBe('started');
  });
});

describe('the table', () => {
  it('stores nothing that names a person, and every item expires', async () => {
    const number = newNumber();
    const start = newStart({ body: JSON.stringify([number, 'jo@example.org']) });
    await locks.lock(holder(number, 'one'), NOW_MS);
    await idempotencyRecords.claim(start, NOW_MS);
    await rateLimits.count(counter('email', 'jo@example.org'), NOW_MS);
    await rateLimits.count(counter('address', '198.51.100.4'), NOW_MS);
    await rateLimits.count(counter('prefix', number.slice(0, -4)), NOW_MS);
    const { Items: items = [] } = await store.client.send(
      new ScanCommand({ TableName: store.table }),
    );
    expect(items.every(({ ttl }) => Number(ttl?.N) > NOW_MS / 1000)).toBe(true);
    const dump = JSON.stringify(items);
    for (const secret of [number.slice(1, -4), 'example.org', '198.51.100', start.idempotencyKey]) {
      expect(dump).not.toContain(secret);
    }
  });
});

describe('PhoneNumberLocks.releaseUnresolved', () => {
  it('lets the next start lock, and tells it that the number is contested', async () => {
    const number = newNumber();
    await locks.lock(holder(number, 'one'), NOW_MS);
    await locks.releaseUnresolved(holder(number, 'one'));
    expect(await locks.lock(holder(number, 'two'), NOW_MS)).toEqual({
      outcome: 'locked',
      contested: true,
    });
  });

  it('is held by all overlapping tries of one start, and counted once', async () => {
    const number = newNumber();
    const tries = await Promise.all(
      Array.from({ length: 20 }, (_, index) => locks.lock(holder(number, `one.${index}`), NOW_MS)),
    );
    expect(tries.every(({ outcome }) => outcome === 'locked')).toBe(true);
    const [first] = tries.flatMap((lock, index) =>
      lock.outcome === 'locked' && lock.heldBy === undefined ? [`one.${index}`] : [],
    );
    const held = tries.filter((lock) => lock.outcome === 'locked' && lock.heldBy === first);
    expect(held).toHaveLength(19);
  });

  it('is inherited with all of its time, and then not the earlier try’s to give back', async () => {
    const number = newNumber();
    await locks.lock(holder(number, 'one.1'), NOW_MS);
    const inherited = await locks.inherit(holder(number, 'one.2'), NOW_MS + 30_000, 'one.1');
    expect(inherited).toEqual({ outcome: 'locked' });
    await locks.release(holder(number, 'one.1'));
    await locks.releaseUnresolved(holder(number, 'one.1'));
    const other = await locks.lock(holder(number, 'two.1'), NOW_MS + 64_999);
    expect(other).toEqual({ outcome: 'held' });
  });

  it('is not inherited from another start, nor once it was given back', async () => {
    const number = newNumber();
    await locks.lock(holder(number, 'one.1'), NOW_MS);
    const refused = { outcome: 'held' };
    expect(await locks.inherit(holder(number, 'on.2'), NOW_MS, 'on.1')).toEqual(refused);
    await locks.release(holder(number, 'one.1'));
    expect(await locks.inherit(holder(number, 'one.2'), NOW_MS, 'one.1')).toEqual(refused);
  });

  it('is not taken back from a later try by a repeat that comes late', async () => {
    const number = newNumber();
    const refused = { outcome: 'held' };
    await locks.lock(holder(number, 'one.1'), NOW_MS);
    await locks.inherit(holder(number, 'one.2'), NOW_MS, 'one.1');
    await locks.inherit(holder(number, 'one.3'), NOW_MS, 'one.2');
    expect(await locks.inherit(holder(number, 'one.2'), NOW_MS, 'one.1')).toEqual(refused);
    await locks.release(holder(number, 'one.2'));
    expect((await locks.lock(holder(number, 'two.1'), NOW_MS)).outcome).toBe('held');
  });

  it('does not contest a repeat of the same start', async () => {
    const number = newNumber();
    await locks.lock(holder(number, 'one'), NOW_MS);
    await locks.releaseUnresolved(holder(number, 'one'));
    expect(await locks.lock(holder(number, 'one'), NOW_MS)).toEqual({ outcome: 'locked' });
  });

  it('is forgotten once Vonage has certainly answered a start', async () => {
    const number = newNumber();
    const liveUntilMs = NOW_MS + HOUR_MS;
    await locks.lock(holder(number, 'one'), NOW_MS);
    await locks.releaseUnresolved(holder(number, 'one'));
    await locks.lock(holder(number, 'two'), NOW_MS);
    await locks.record(holder(number, 'two'), { requestId: 'request-2', liveUntilMs });
    expect(await locks.lock(holder(number, 'three'), liveUntilMs)).toEqual({
      outcome: 'locked',
    });
  });
});
