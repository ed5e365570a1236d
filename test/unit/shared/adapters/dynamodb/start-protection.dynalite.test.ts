import { randomUUID } from 'node:crypto';
import { type DynamoDBClient, ScanCommand, type UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { StartProtection } from '../../../../../shared/adapters/dynamodb/start-protection.ts';
import type { IdempotentStart } from '../../../../../shared/domain/ports/idempotency-records.ts';
import type { LockHolder } from '../../../../../shared/domain/ports/phone-number-locks.ts';
import type { CountedOn } from '../../../../../shared/domain/ports/rate-limits.ts';
import { type DynaliteStore, startDynalite } from '../../../../fixtures/dynalite-store.ts';
import { atOnce, outcomesOf } from '../../../../fixtures/outcomes.ts';
import { startProtection } from '../../../../fixtures/start-protection.ts';

const NOW_MS = Date.parse('2026-03-04T10:15:30.000Z');
const HOUR_MS = 3600_000;
const LIMITS = {
  address: { count: 3, windowSeconds: 60 },
  subject: { count: 2, windowSeconds: 60 },
  phoneNumber: { count: 2, perCaller: 2, windowSeconds: 3600 },
  email: { count: 2, perCaller: 2, windowSeconds: 3600 },
  prefix: { count: 20, perCaller: 20, windowSeconds: 3600 },
};
const LIVE = { requestId: 'request-1', liveUntilMs: NOW_MS + 210_000, isAlone: true };
const LOCKED = { outcome: 'locked' };
const HELD = { outcome: 'held' };

let store: DynaliteStore;
let rateLimits: StartProtection['rateLimits'];
let locks: StartProtection['locks'];
let idempotencyRecords: StartProtection['idempotencyRecords'];
let numbers = 0;
/** Of the test that runs. */
let phoneNumber: string;
let start: IdempotentStart;

beforeAll(async () => {
  store = await startDynalite('guard_key');
  ({ rateLimits, locks, idempotencyRecords } = startProtection(store, { limits: LIMITS }));
});
beforeEach(() => {
  numbers += 1;
  phoneNumber = `+4915112${String(numbers).padStart(6, '0')}`;
  start = {
    idempotencyKey: randomUUID(),
    body: '["a body"]',
    clientRef: '0'.repeat(32),
    owner: randomUUID(),
    tokenKeyId: '0a1b2c3d',
  };
});
afterAll(() => store.stop());

/** The store's client, whose answers get lost after the write has taken effect. */
function withLostAnswers(): DynamoDBClient {
  const send = async (command: UpdateItemCommand): Promise<never> => {
    await store.client.send(command);
    throw Object.assign(new Error('no answer in time'), { name: 'TimeoutError' });
  };
  return Object.create(store.client, { send: { value: send } });
}

/** The store's client, which repeats every request because its first answer gets lost. */
function withRepeats(): DynamoDBClient {
  const send = async (command: UpdateItemCommand): Promise<unknown> => {
    await store.client.send(command).catch(() => undefined);
    return store.client.send(command);
  };
  return Object.create(store.client, { send: { value: send } });
}

function counter(limit: CountedOn['limit'], value: string): CountedOn {
  return { limit, value, caller: { address: '198.51.100.7' } };
}

/** Counts until the limit is spent, and answers how often that was. */
async function left(on: CountedOn, nowMs = NOW_MS): Promise<number> {
  for (let counted = 0; ; counted += 1) {
    if ((await rateLimits.count(on, nowMs)).outcome === 'spent') return counted;
  }
}

function by(owner: string): LockHolder {
  return { phoneNumber, owner };
}

function lock(owner: string, nowMs = NOW_MS, endedRequestId?: string) {
  return locks.lock(by(owner), nowMs, endedRequestId);
}

/** Another try of the same start. */
function claimAgain(nowMs = NOW_MS, members: Partial<IdempotentStart> = {}) {
  return idempotencyRecords.claim({ ...start, owner: randomUUID(), ...members }, nowMs);
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
    for (const value of ['2001:db8:7::1', '2001:db8:7::2', '2001:db8:7:0:ffff::1']) {
      await rateLimits.count(counter('address', value), NOW_MS);
    }
    expect(await left(counter('address', '2001:db8:7::9'))).toBe(0);
    expect(await left(counter('address', '2001:db8:7:1::9'))).toBe(3);
  });

  it('keeps the limits apart', async () => {
    expect(await left(counter('subject', 'same value'))).toBe(2);
    expect(await left(counter('email', 'same value'))).toBe(2);
    expect(await left(counter('prefix', 'same value'))).toBe(20);
  });

  it('counts no more than the limit among 50 at once', async () => {
    const on = counter('prefix', '+49151');
    const outcomes = await outcomesOf(atOnce(50, () => rateLimits.count(on, NOW_MS)));
    expect(outcomes).toEqual({ counted: 20, spent: 30 });
  });

  it('counts a try whose answer was lost', async () => {
    const on = counter('email', 'lost-answer@example.org');
    const unlucky = startProtection(store, { limits: LIMITS, client: withLostAnswers() });
    await expect(unlucky.rateLimits.count(on, NOW_MS)).rejects.toMatchObject({
      code: 'dependency_unavailable',
    });
    expect(await left(on)).toBe(1);
  });

  it('refuses everything where nothing is allowed', async () => {
    const limits = { ...LIMITS, address: { count: 0, windowSeconds: 60 } };
    const closed = startProtection(store, { limits });
    const on = counter('address', '203.0.113.99');
    expect((await closed.rateLimits.count(on, NOW_MS)).outcome).toBe('spent');
  });
});

describe('RateLimits.giveBack', () => {
  it('gives one count back', async () => {
    const on = counter('email', 'jo@example.org');
    await left(on);
    await rateLimits.giveBack(on, NOW_MS);
    expect(await left(on)).toBe(1);
  });

  it('never allows more than the limit', async () => {
    const on = counter('email', 'never-counted@example.org');
    await rateLimits.giveBack(on, NOW_MS);
    expect(await left(on)).toBe(2);
  });

  it('gives back to the window that was counted in, whatever time it is', async () => {
    const on = counter('email', 'edge@example.org');
    await left(on, NOW_MS);
    await left(on, NOW_MS + HOUR_MS);
    await rateLimits.giveBack(on, NOW_MS);
    expect(await left(on, NOW_MS + HOUR_MS)).toBe(0);
    expect(await left(on, NOW_MS)).toBe(1);
  });

  it('is sent once, and fails nobody when its answer is lost', async () => {
    const on = counter('email', 'lost-give-back@example.org');
    await left(on);
    const unlucky = startProtection(store, { limits: LIMITS, onceClient: withLostAnswers });
    await unlucky.rateLimits.giveBack(on, NOW_MS);
    expect(await left(on)).toBe(1);
  });

  it('throws a mistake of ours', async () => {
    const on = counter('email', 'mistake@example.org');
    const send = () => Promise.reject(new TypeError('a mistake'));
    const onceClient = (): DynamoDBClient => Object.create(store.client, { send: { value: send } });
    const mistaken = startProtection(store, { limits: LIMITS, onceClient });
    await expect(mistaken.rateLimits.giveBack(on, NOW_MS)).rejects.toThrow('a mistake');
  });
});

describe('PhoneNumberLocks.lock', () => {
  it('locks a number for 35 s against every other start', async () => {
    expect(await lock('one')).toEqual(LOCKED);
    expect(await lock('two', NOW_MS + 34_999)).toEqual(HELD);
    expect(await lock('two', NOW_MS + 35_000)).toMatchObject(LOCKED);
  });

  it('locks a number for one of 50 starts at once', async () => {
    const outcomes = await outcomesOf(atOnce(50, (index) => lock(`owner ${index}`)));
    expect(outcomes).toEqual({ locked: 1, held: 49 });
  });

  it('is held by its own write whose answer was lost', async () => {
    await lock('one');
    expect(await lock('one')).toMatchObject(LOCKED);
  });

  it('leaves the lock of another start alone', async () => {
    await lock('one');
    await locks.release(by('two'));
    expect(await lock('two')).toEqual(HELD);
  });

  it('names the live verification until its time is over', async () => {
    await lock('one');
    await locks.record(by('one'), LIVE);
    const live = { outcome: 'live', requestId: 'request-1' };
    expect(await lock('two', NOW_MS + 1)).toEqual(live);
    expect(await lock('two', LIVE.liveUntilMs)).toMatchObject(LOCKED);
  });

  it('ignores a live verification that is known to have ended, and no other', async () => {
    await lock('one');
    await locks.record(by('one'), LIVE);
    const live = { outcome: 'live', requestId: 'request-1' };
    expect(await lock('two', NOW_MS, 'request-0')).toMatchObject(live);
    expect(await lock('two', NOW_MS, 'request-1')).toMatchObject(LOCKED);
  });

  it('is held by all overlapping tries of one start, and counted once', async () => {
    const tries = await Promise.all(atOnce(20, (index) => lock(`one.${index}`)));
    expect(tries.every(({ outcome }) => outcome === 'locked')).toBe(true);
    const isFirst = tries.map((own) => own.outcome === 'locked' && own.heldBy === undefined);
    const first = `one.${isFirst.indexOf(true)}`;
    const held = tries.filter((own) => own.outcome === 'locked' && own.heldBy === first);
    expect(held).toHaveLength(19);
  });
});

describe('PhoneNumberLocks.record', () => {
  it('is safe to repeat', async () => {
    await lock('one');
    await locks.record(by('one'), LIVE);
    await locks.record(by('one'), LIVE);
    expect(await lock('two')).toMatchObject({ outcome: 'live', requestId: 'request-1' });
  });

  it('overwrites neither the lock nor the live verification of a later start', async () => {
    const laterMs = NOW_MS + 40_000;
    const late = { ...LIVE, requestId: 'request-late' };
    await lock('late');
    await lock('next', laterMs);
    await locks.record(by('late'), late);
    expect(await lock('x', laterMs)).toEqual(HELD);
    await locks.record(by('next'), { ...LIVE, requestId: 'request-next' });
    await locks.record(by('late'), late);
    expect(await lock('x', laterMs)).toEqual({ outcome: 'live', requestId: 'request-next' });
  });
});

describe('PhoneNumberLocks.inherit', () => {
  it('takes the lock with all of its time; the earlier try cannot give it back', async () => {
    await lock('one.1');
    expect(await locks.inherit(by('one.2'), NOW_MS + 30_000, 'one.1')).toEqual(LOCKED);
    await locks.release(by('one.1'));
    await locks.releaseUnresolved(by('one.1'));
    expect(await lock('two.1', NOW_MS + 64_999)).toEqual(HELD);
  });

  it('takes it neither from another start, nor once it was given back', async () => {
    await lock('one.1');
    expect(await locks.inherit(by('on.2'), NOW_MS, 'on.1')).toEqual(HELD);
    await locks.release(by('one.1'));
    expect(await locks.inherit(by('one.2'), NOW_MS, 'one.1')).toEqual(HELD);
  });

  it('does not take it back from a later try by a late repeat', async () => {
    await lock('one.1');
    await locks.inherit(by('one.2'), NOW_MS, 'one.1');
    await locks.inherit(by('one.3'), NOW_MS, 'one.2');
    expect(await locks.inherit(by('one.2'), NOW_MS, 'one.1')).toEqual(HELD);
    await locks.release(by('one.2'));
    expect(await lock('two.1')).toEqual(HELD);
  });
});

describe('PhoneNumberLocks.releaseUnresolved', () => {
  it.each([
    ['another start', 'two', { outcome: 'locked', contested: true }],
    ['a repeat of the same start', 'one', LOCKED],
  ])('lets %s lock; the number is contested for another one only', async (_, owner, locked) => {
    await lock('one');
    await locks.releaseUnresolved(by('one'));
    expect(await lock(owner)).toEqual(locked);
  });

  const CONTESTED = { outcome: 'locked', contested: true };
  const ITEM_ENDS_MS = LIVE.liveUntilMs + HOUR_MS;
  it.each([
    ['has no effect once Vonage has certainly one request of the number', 'three', true, 0, LOCKED],
    ['outlasts the record of a start that began with an e-mail', 'three', false, 0, CONTESTED],
    ['ends an hour after it, even if TTL is late (R18)', 'three', false, ITEM_ENDS_MS, LOCKED],
    ['lasts for all of that hour', 'three', false, ITEM_ENDS_MS - 1000, CONTESTED],
    ['is over for the start that is recorded', 'one', false, 0, LOCKED],
  ])('%s', async (_rule, next, isAlone, atMs, locked) => {
    await lock('one');
    await locks.releaseUnresolved(by('one'));
    await lock('two');
    await locks.record(by('two'), { ...LIVE, isAlone });
    expect(await lock(next, atMs || LIVE.liveUntilMs)).toEqual(locked);
  });
});

describe('IdempotencyRecords.claim', () => {
  it('lets one of 50 repeats start, the others wait', async () => {
    const outcomes = await outcomesOf(atOnce(50, () => claimAgain()));
    expect(outcomes).toEqual({ fresh: 1, in_progress: 49 });
    expect(await claimAgain()).toEqual({ outcome: 'in_progress', retryAtMs: NOW_MS + 35_000 });
  });
});

describe('IdempotencyRecords.claim of a start that is claimed', () => {
  beforeEach(async () => {
    await idempotencyRecords.claim(start, NOW_MS);
  });

  it('answers repeats of a known start for 10 minutes', async () => {
    await idempotencyRecords.record(start, 'request-1', NOW_MS);
    await idempotencyRecords.record(start, 'request-1', NOW_MS);
    const { tokenKeyId } = start;
    const recorded = { requestId: 'request-1', tokenKeyId, recordedAtMs: NOW_MS };
    const known = { outcome: 'started', ...recorded };
    const otherKey = { tokenKeyId: 'ffffffff' };
    expect(await claimAgain(NOW_MS + 1, otherKey)).toEqual(known);
    expect(await claimAgain(NOW_MS + 599_000, otherKey)).toEqual(known);
    expect(await claimAgain(NOW_MS + 600_000, otherKey)).toEqual({ outcome: 'fresh' });
  });

  it('refuses another body, whatever became of the first', async () => {
    const other = { body: '["another body"]' };
    expect(await claimAgain(NOW_MS, other)).toEqual({ outcome: 'other_body' });
    await idempotencyRecords.markUnknown(start);
    expect(await claimAgain(NOW_MS, other)).toEqual({ outcome: 'other_body' });
  });

  it('lets one repeat take over a start of unknown outcome', async () => {
    await idempotencyRecords.markUnknown(start);
    const outcomes = await outcomesOf(atOnce(10, () => claimAgain(NOW_MS + 1)));
    expect(outcomes).toEqual({ takeover: 1, in_progress: 9 });
  });

  it('takes over a start that died, once its 35 s are over', async () => {
    const repeat = { ...start, owner: randomUUID() };
    const early = await idempotencyRecords.claim(repeat, NOW_MS + 34_999);
    expect(early.outcome).toBe('in_progress');
    const late = await idempotencyRecords.claim(repeat, NOW_MS + 35_000);
    expect(late.outcome).toBe('takeover');
    await idempotencyRecords.record(start, 'request-late', NOW_MS + 35_001);
    await idempotencyRecords.record(repeat, 'request-2', NOW_MS + 35_002);
    const known = { outcome: 'started', requestId: 'request-2' };
    expect(await claimAgain(NOW_MS + 35_003)).toMatchObject(known);
  });

  it('takes over rather than waits when its own write is repeated', async () => {
    expect(await idempotencyRecords.claim(start, NOW_MS)).toEqual({ outcome: 'takeover' });
  });

  it.each([
    ['a start of unknown outcome', 'markUnknown', 'takeover'],
    ['a start that was refused', 'release', 'again'],
  ] as const)('owns %s when its own takeover is repeated', async (_, end, outcome) => {
    await idempotencyRecords[end](start);
    const unlucky = startProtection(store, { limits: LIMITS, client: withRepeats() });
    const repeat = { ...start, owner: randomUUID() };
    expect(await unlucky.idempotencyRecords.claim(repeat, NOW_MS + 1)).toEqual({ outcome });
    expect((await claimAgain(NOW_MS + 2)).outcome).toBe('in_progress');
  });

  it('stays known when its own takeover arrives once more', async () => {
    await idempotencyRecords.markUnknown(start);
    const sent: UpdateItemCommand[] = [];
    const send = (command: UpdateItemCommand) => {
      sent.push(command);
      return store.client.send(command);
    };
    const client: DynamoDBClient = Object.create(store.client, { send: { value: send } });
    const watched = startProtection(store, { limits: LIMITS, client });
    const repeat = { ...start, owner: randomUUID() };
    await watched.idempotencyRecords.claim(repeat, NOW_MS + 1);
    await idempotencyRecords.record(repeat, 'request-1', NOW_MS + 2);
    await Promise.allSettled(sent.map((command) => store.client.send(command)));
    expect((await claimAgain(NOW_MS + 3)).outcome).toBe('started');
  });

  it('is free again, for any body, after a definite refusal', async () => {
    await idempotencyRecords.release(start);
    await idempotencyRecords.release(start);
    expect(await claimAgain(NOW_MS, { body: '["another body"]' })).toEqual({ outcome: 'again' });
  });

  it('changes nothing for a start that does not own it any more', async () => {
    await claimAgain(NOW_MS + 35_000);
    await idempotencyRecords.release(start);
    await idempotencyRecords.markUnknown(start);
    expect((await claimAgain(NOW_MS + 35_001)).outcome).toBe('in_progress');
  });

  it('cannot undo a start that is known', async () => {
    await idempotencyRecords.record(start, 'request-1', NOW_MS);
    await idempotencyRecords.release(start);
    await idempotencyRecords.markUnknown(start);
    expect((await claimAgain()).outcome).toBe('started');
  });
});

describe('the table', () => {
  it('stores nothing that names a person, and every item expires', async () => {
    const named = { ...start, body: JSON.stringify([phoneNumber, 'jo@example.org']) };
    await lock('one');
    await idempotencyRecords.claim(named, NOW_MS);
    await rateLimits.count(counter('email', 'jo@example.org'), NOW_MS);
    await rateLimits.count(counter('address', '198.51.100.4'), NOW_MS);
    await rateLimits.count(counter('prefix', phoneNumber.slice(0, -4)), NOW_MS);
    const scan = new ScanCommand({ TableName: store.table });
    const { Items: items = [] } = await store.client.send(scan);
    expect(items.every(({ ttl }) => Number(ttl?.N) > NOW_MS / 1000)).toBe(true);
    const dump = JSON.stringify(items);
    const { idempotencyKey } = start;
    for (const secret of [phoneNumber.slice(1, -4), 'example.org', '198.51.100', idempotencyKey]) {
      expect(dump).not.toContain(secret);
    }
  });
});
