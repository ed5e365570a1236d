import { randomUUID } from 'node:crypto';
import { type DynamoDBClient, ScanCommand, type UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { StartProtection } from '../../../../../shared/adapters/dynamodb/start-protection.ts';
import type { IdempotentStart } from '../../../../../shared/domain/ports/idempotency-records.ts';
import { type DynaliteStore, startDynalite } from '../../../../fixtures/dynalite-store.ts';
import { everyLimit } from '../../../../fixtures/limits.ts';
import { atOnce, outcomesOf } from '../../../../fixtures/outcomes.ts';
import { startProtection } from '../../../../fixtures/start-protection.ts';

const NOW_MS = Date.parse('2026-03-04T10:15:30.000Z');
const LIMITS = everyLimit({ count: 2, windowSeconds: 60 });
const LIVE_MS = 210_000;
/** Then the item of a recorded verification has expired, even if TTL has not removed it. */
const ITEM_ENDS_MS = LIVE_MS + 3_600_000;
const LOCKED = { outcome: 'locked' };
const CONTESTED = { outcome: 'locked', contested: true };
const HELD = { outcome: 'held' };

let store: DynaliteStore;
let protection: StartProtection;
let numbers = 0;
/** Of the test that runs. */
let phoneNumber: string;
let idempotencyKey: string;

beforeAll(async () => {
  store = await startDynalite('guard_key');
  protection = startProtection(store, { limits: LIMITS });
});
beforeEach(() => {
  numbers += 1;
  phoneNumber = `+4915112${String(numbers).padStart(6, '0')}`;
  idempotencyKey = randomUUID();
});
afterAll(() => store.stop());

type Calls = Readonly<Record<string, (...words: string[]) => Promise<unknown>>>;

/** Makes calls one after the other, `<call> <owner> [more]; …`; the answer is that of the last. */
async function play(calls: Calls, script: string): Promise<unknown> {
  let answer: unknown;
  for (const step of script.split('; ')) {
    const [name = '', ...words] = step.split(' ');
    const call = calls[name];
    if (!call) throw new Error(`unknown call: ${name}`);
    answer = await call(...words);
  }
  return answer;
}

const after = (milliseconds = '0') => NOW_MS + Number(milliseconds);
const by = (owner = '') => ({ phoneNumber, owner });

/**
 * `lock <owner> [ms] [ended]`, `inherit <owner> <from> [ms]`, `record <owner> [by-mail]`,
 * `release <owner>`, `leave <owner>`: `ms` after the beginning, `ended` a verification that is over,
 * `from` the try that holds the lock, `leave` an unknown outcome. The verification of a start is
 * called like its owner.
 */
const LOCK_CALLS: Calls = {
  lock: (owner, atMs, ended) => protection.locks.lock(by(owner), after(atMs), ended),
  inherit: (owner, from = '', atMs) => protection.locks.inherit(by(owner), after(atMs), from),
  record: (owner = '', isAlone) =>
    protection.locks.record(by(owner), {
      requestId: owner,
      liveUntilMs: NOW_MS + LIVE_MS,
      isAlone: isAlone !== 'by-mail',
    }),
  release: (owner) => protection.locks.release(by(owner)),
  leave: (owner) => protection.locks.releaseUnresolved(by(owner)),
};
const live = (requestId: string) => ({ outcome: 'live', requestId });

describe('PhoneNumberLocks', () => {
  it.each<[rule: string, script: string, answer: object]>([
    ['lock a number against every other start', 'lock one; lock two 34999', HELD],
    ['let go of a number after 35 s', 'lock one; lock two 35000', CONTESTED],
    ['recognise their own write whose answer was lost', 'lock one; lock one', LOCKED],
    ['are released by their owner only', 'lock one; release two; lock two', HELD],
    ['are released', 'lock one; release one; lock two', LOCKED],
    ['name the live verification', 'lock one; record one; lock two 1', live('one')],
    ['name it as live until its time is over', `lock one; record one; lock two ${LIVE_MS}`, LOCKED],
    ['name it as live when another ends', 'lock one; record one; lock two 0 zero', live('one')],
    ['ignore a verification that has ended', 'lock one; record one; lock two 0 one', LOCKED],
    ['record a verification twice', 'lock one; record one; record one; lock two', live('one')],
  ])('%s', async (_rule, script, answer) => {
    expect(await play(LOCK_CALLS, script)).toEqual(answer);
  });

  it.each<[rule: string, script: string, answer: object]>([
    ['leaves the lock of a later start', 'record late; lock x 40000', HELD],
    ['leaves the verification of a later start', 'record next; record late; lock x', live('next')],
  ])('a late record %s', async (_rule, script, answer) => {
    expect(await play(LOCK_CALLS, `lock late; lock next 40000; ${script}`)).toEqual(answer);
  });

  it.each<[rule: string, script: string, answer: object]>([
    ['goes to a later try of the start', 'inherit 1.2 1.1', LOCKED],
    [
      'goes to it with all of its time, and the earlier try cannot give it back',
      'inherit 1.2 1.1 30000; release 1.1; leave 1.1; lock 2.1 64999',
      HELD,
    ],
    ['does not go to another start', 'inherit 2.2 2.1', HELD],
    ['does not go to a later try once it was given back', 'release 1.1; inherit 1.2 1.1', HELD],
    ['does not go back', 'inherit 1.2 1.1; inherit 1.3 1.2; inherit 1.2 1.1', HELD],
  ])('a lock %s', async (_rule, script, answer) => {
    expect(await play(LOCK_CALLS, `lock 1.1; ${script}`)).toEqual(answer);
  });

  const BY_MAIL = 'lock two; record two by-mail';
  it.each<[rule: string, script: string, answer: object]>([
    ['is contested for another start', 'lock two', CONTESTED],
    ['is free for its own repeat', 'lock one', LOCKED],
    ['is free once Vonage has one request', `lock two; record two; lock x ${LIVE_MS}`, LOCKED],
    ['stays contested after a record by e-mail', `${BY_MAIL}; lock x ${LIVE_MS}`, CONTESTED],
    ['stays contested for an hour', `${BY_MAIL}; lock x ${ITEM_ENDS_MS - 1000}`, CONTESTED],
    ['is free after that hour (R18)', `${BY_MAIL}; lock x ${ITEM_ENDS_MS}`, LOCKED],
    ['is free for the recorded start', `${BY_MAIL}; lock one ${LIVE_MS}`, LOCKED],
  ])('a number whose start has an unknown outcome %s', async (_rule, script, answer) => {
    expect(await play(LOCK_CALLS, `lock one; leave one; ${script}`)).toEqual(answer);
  });

  it('lock a number for one of 50 starts at once', async () => {
    const tries = atOnce(50, (index) => protection.locks.lock(by(`owner ${index}`), NOW_MS));
    expect(await outcomesOf(tries)).toEqual({ locked: 1, held: 49 });
  });

  it('are held by all overlapping tries of one start', async () => {
    const tries = await Promise.all(
      atOnce(20, (index) => protection.locks.lock(by(`one.${index}`), NOW_MS)),
    );
    const isFirst = tries.map((own) => own.outcome === 'locked' && own.heldBy === undefined);
    const held = { outcome: 'locked', heldBy: `one.${isFirst.indexOf(true)}` };
    expect(tries.filter(({ outcome }) => outcome === 'locked')).toHaveLength(20);
    expect(tries.filter((_, index) => !isFirst[index])).toEqual(Array(19).fill(held));
  });
});

const tryBy = (owner: string, body = 'a-body'): IdempotentStart => {
  const tokenKeyId = `key-of-${owner}`;
  return { idempotencyKey, body, clientRef: '0'.repeat(32), owner, tokenKeyId };
};

/**
 * Of tries of one start: `claim <owner> [ms] [body]`, `record <owner>`, `leave <owner>` with an unknown
 * outcome, `release <owner>` after a refusal. Another body makes it another start.
 */
const RECORD_CALLS: Calls = {
  claim: (owner = '', atMs, body) =>
    protection.idempotencyRecords.claim(tryBy(owner, body), after(atMs)),
  record: (owner = '', requestId = owner) =>
    protection.idempotencyRecords.record(tryBy(owner), requestId, NOW_MS),
  leave: (owner = '') => protection.idempotencyRecords.markUnknown(tryBy(owner)),
  release: (owner = '') => protection.idempotencyRecords.release(tryBy(owner)),
};
const startedBy = (owner: string) => {
  const known = { requestId: owner, tokenKeyId: `key-of-${owner}`, recordedAtMs: NOW_MS };
  return { outcome: 'started', ...known };
};
const WAITS = { outcome: 'in_progress' };
const OTHER_BODY = { outcome: 'other_body' };

describe('IdempotencyRecords of a start that one try has claimed', () => {
  it.each<[rule: string, script: string, answer: object]>([
    ['let a repeat wait', 'claim two 34999', { ...WAITS, retryAtMs: NOW_MS + 35_000 }],
    ['let a repeat take over after 35 s', 'claim two 35000', { outcome: 'takeover' }],
    [
      'answer a repeat once the start is known',
      'record one; record one; claim two 599000',
      startedBy('one'),
    ],
    ['forget a start after 10 minutes', 'record one; claim two 600000', { outcome: 'fresh' }],
    ['refuse another body', 'claim two 0 another', OTHER_BODY],
    ['refuse another body after an unknown outcome', 'leave one; claim two 0 another', OTHER_BODY],
    ['take over by a repeated write', 'claim one', { outcome: 'takeover' }],
    ['are free after a refusal', 'release one; release one; claim two 0 x', { outcome: 'again' }],
    ['belong to who took over', 'claim two 35000; release one; leave one; claim x 35001', WAITS],
    ['keep what is known', 'record one; release one; leave one; claim two', startedBy('one')],
    [
      'keep what the takeover has started, not what the first try records late',
      'claim two 35000; record one; record two; claim three 35003',
      { outcome: 'started', requestId: 'two' },
    ],
  ])('%s', async (_rule, script, answer) => {
    expect(await play(RECORD_CALLS, `claim one; ${script}`)).toMatchObject(answer);
  });

  it.each([
    ['of an unused key', undefined, 0, { fresh: 1, in_progress: 19 }],
    ['of a start of unknown outcome', 'claim one; leave one', 1, { takeover: 1, in_progress: 19 }],
  ])('let one of many claims have it, %s', async (_which, script, atMs, outcomes) => {
    if (script) await play(RECORD_CALLS, script);
    const { claim } = protection.idempotencyRecords;
    const claims = atOnce(20, (index) => claim(tryBy(`try-${index}`), NOW_MS + atMs));
    expect(await outcomesOf(claims)).toEqual(outcomes);
  });

  it.each([
    ['of unknown outcome', 'leave', 'takeover'],
    ['that was refused', 'release', 'again'],
  ])('own a start %s when the write that takes it over arrives twice', async (...row) => {
    const [, end, outcome] = row;
    await play(RECORD_CALLS, `claim one; ${end} one`);
    const sent: UpdateItemCommand[] = [];
    const send = async (command: UpdateItemCommand): Promise<unknown> => {
      sent.push(command);
      await store.client.send(command).catch(() => undefined);
      return store.client.send(command);
    };
    const client: DynamoDBClient = Object.create(store.client, { send: { value: send } });
    const unlucky = startProtection(store, { limits: LIMITS, client }).idempotencyRecords;
    expect(await unlucky.claim(tryBy('two'), NOW_MS + 1)).toEqual({ outcome });
    expect(await play(RECORD_CALLS, 'claim three 2')).toMatchObject(WAITS);
    await play(RECORD_CALLS, 'record two');
    await Promise.allSettled(sent.map((command) => store.client.send(command)));
    expect(await play(RECORD_CALLS, 'claim three 3')).toMatchObject({ outcome: 'started' });
  });
});

describe('the table', () => {
  it('stores nothing that names a person, and every item expires', async () => {
    await play(LOCK_CALLS, 'lock one');
    await play(RECORD_CALLS, `claim one 0 ${phoneNumber},jo@example.org`);
    const caller = { address: '198.51.100.4' };
    for (const [limit, value] of [
      ['email', 'jo@example.org'],
      ['address', caller.address],
      ['prefix', phoneNumber.slice(0, -4)],
    ] as const) {
      await protection.rateLimits.count({ limit, value, caller }, NOW_MS);
    }
    const { Items: items = [] } = await store.client.send(
      new ScanCommand({ TableName: store.table }),
    );
    expect(items.every(({ ttl }) => Number(ttl?.N) > NOW_MS / 1000)).toBe(true);
    const dump = JSON.stringify(items);
    for (const secret of [phoneNumber.slice(1, -4), 'example.org', '198.51.100', idempotencyKey]) {
      expect(dump).not.toContain(secret);
    }
  });
});
