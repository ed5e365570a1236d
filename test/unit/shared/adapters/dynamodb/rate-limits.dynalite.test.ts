/** Limits, the shares of callers in those that belong to somebody else (T23), and what bounds items. */

import { type AttributeValue, type DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { getStage } from '../../../../../infra/aws/stages.ts';
import type { StartProtection } from '../../../../../shared/adapters/dynamodb/start-protection.ts';
import type { StartLimits } from '../../../../../shared/config.ts';
import type { Caller, CountedOn } from '../../../../../shared/domain/ports/rate-limits.ts';
import { type DynaliteStore, startDynalite } from '../../../../fixtures/dynalite-store.ts';
import { startProtection } from '../../../../fixtures/start-protection.ts';

const NOW_MS = Date.parse('2026-03-04T10:15:30.000Z');
const NUMBER = '+4915112345678';
const OWN = { count: 3, windowSeconds: 60 };
const LIMITS: StartLimits = {
  address: OWN,
  subject: OWN,
  phoneNumber: { count: 5, perCaller: 2, windowSeconds: 3600 },
  email: { count: 5, windowSeconds: 3600 },
  prefix: { count: 40, perCaller: 20, windowSeconds: 600 },
};
const at = (address: string): Caller => ({ address });
const ONE = at('198.51.100.1');
const OTHER = at('198.51.100.2');
const THIRD = at('198.51.100.3');

let store: DynaliteStore;
let protection: StartProtection;

beforeEach(async () => {
  store = await startDynalite('guard_key');
  protection = startProtection(store, { limits: LIMITS });
});
afterEach(() => store.stop());

/** How many of so many starts are counted. */
async function countedOf(tries: number, on: CountedOn, nowMs = NOW_MS): Promise<number> {
  const counts = Array.from({ length: tries }, () => protection.rateLimits.count(on, nowMs));
  return (await Promise.all(counts)).filter(({ outcome }) => outcome === 'counted').length;
}

/** The store's client, whose answers get lost after the write has taken effect. */
function withLostAnswers(): DynamoDBClient {
  const send = async (command: Parameters<DynamoDBClient['send']>[0]): Promise<never> => {
    await store.client.send(command);
    throw Object.assign(new Error('no answer in time'), { name: 'TimeoutError' });
  };
  return Object.create(store.client, { send: { value: send } });
}

function number(caller: Caller, value = NUMBER): CountedOn {
  return { limit: 'phone_number', value, caller };
}

function prefix(caller: Caller): CountedOn {
  return { limit: 'prefix', value: '+491511234', caller };
}

/** The only item of the table. */
async function item(): Promise<Readonly<Record<string, AttributeValue>>> {
  const command = new ScanCommand({ TableName: store.table, ConsistentRead: true });
  const { Items: [first = {}] = [] } = await store.client.send(command);
  return first;
}

describe('RateLimits.count', () => {
  it('tells when the window of a spent limit ends, and counts again after it', async () => {
    const { rateLimits } = protection;
    const on = { limit: 'address', value: ONE.address, caller: ONE } as const;
    expect(await countedOf(9, on)).toBe(3);
    const spent = { outcome: 'spent', endsAtMs: NOW_MS + 30_000 };
    expect(await rateLimits.count(on, NOW_MS + 29_999)).toEqual(spent);
    expect(await rateLimits.count(on, NOW_MS + 30_000)).toEqual({ outcome: 'counted' });
  });

  it('gives each caller its share of each limit, half where the stage names none', async () => {
    const counted = (caller: Caller) => {
      const limits = ['subject', 'phone_number', 'email', 'prefix'] as const;
      const tries = limits.map((limit) => countedOf(25, { limit, value: 'same value', caller }));
      return Promise.all(tries);
    };
    expect(await counted(ONE)).toEqual([3, 2, 3, 20]);
    expect(await counted(OTHER)).toEqual([0, 2, 2, 20]);
    expect(await counted(THIRD)).toEqual([0, 1, 0, 0]);
  });

  it('takes a subject for one caller at every address, and an IPv6 /48 for one', async () => {
    const subject = 'user-1';
    expect(await countedOf(2, number({ address: '198.51.100.8', subject }))).toBe(2);
    expect(await countedOf(1, number({ address: '198.51.100.9', subject }))).toBe(0);
    expect(await countedOf(12, prefix(at('2001:db8:7:1::1')))).toBe(12);
    expect(await countedOf(12, prefix(at('2001:db8:7:2::1')))).toBe(8);
    expect(await countedOf(12, prefix(at('2001:db8:8:1::1')))).toBe(12);
  });

  it('takes an IPv6 /64 for one address', async () => {
    const address = (value: string): CountedOn => ({ limit: 'address', value, caller: ONE });
    expect(await countedOf(9, address('2001:db8:7::1'))).toBe(3);
    expect(await countedOf(1, address('2001:db8:7:0:ffff::1'))).toBe(0);
    expect(await countedOf(1, address('2001:db8:7:1::1'))).toBe(1);
  });

  it('counts no more than the share and the limit among many at once', async () => {
    const counted = [ONE, OTHER, THIRD].map((caller) => countedOf(10, number(caller)));
    expect((await Promise.all(counted)).toSorted()).toEqual([1, 2, 2]);
  });

  it('counts a try whose answer was lost', async () => {
    const unlucky = startProtection(store, { limits: LIMITS, client: withLostAnswers() });
    const lost = unlucky.rateLimits.count(number(ONE), NOW_MS);
    await expect(lost).rejects.toMatchObject({ code: 'dependency_unavailable' });
    expect(await countedOf(5, number(ONE))).toBe(1);
  });

  it('refuses everything where nothing is allowed', async () => {
    const limits = { ...LIMITS, address: { count: 0, windowSeconds: 60 } };
    const { rateLimits } = startProtection(store, { limits });
    const on = { limit: 'address', value: ONE.address, caller: ONE } as const;
    expect(await rateLimits.count(on, NOW_MS)).toMatchObject({ outcome: 'spent' });
  });
});

describe.each(['dev', 'prod'])('the limits of the stage %s', (name) => {
  it('let fifty subscribers behind one address start in one block, and others after them', async () => {
    const { rateLimits } = startProtection(store, { limits: getStage(name).limits });
    const start = async (caller: Caller, index: number): Promise<readonly string[]> => {
      const own: CountedOn = { limit: 'address', value: caller.address, caller };
      const phone = number(caller, `+4915112340${String(index).padStart(3, '0')}`);
      const counts = [own, phone, prefix(caller)].map((on) => rateLimits.count(on, NOW_MS));
      return (await Promise.all(counts)).map(({ outcome }) => outcome);
    };
    const all = ['counted', 'counted', 'counted'];
    for (let index = 0; index < 50; index += 1) expect(await start(ONE, index)).toEqual(all);
    while ((await start(ONE, 60))[2] === 'counted');
    expect(await start(OTHER, 61)).toEqual(all);
  });
});

describe('RateLimits.giveBack', () => {
  it('gives back to the limit and to the share, and to nobody else', async () => {
    await countedOf(2, number(ONE));
    await countedOf(2, number(OTHER));
    await protection.rateLimits.giveBack(number(ONE), NOW_MS);
    expect(await countedOf(5, number(OTHER))).toBe(0);
    expect(await countedOf(5, number(ONE))).toBe(1);
  });

  it('gives back nothing of a caller that has counted nothing', async () => {
    await countedOf(2, number(OTHER));
    await protection.rateLimits.giveBack(number(ONE), NOW_MS);
    expect((await item()).count).toEqual({ N: '2' });
    expect(await countedOf(5, number(OTHER))).toBe(0);
    expect(await countedOf(5, number(ONE))).toBe(2);
  });

  it('gives back both of two at once, and leaves nothing of the caller in the item', async () => {
    await countedOf(2, number(ONE));
    const giveBack = () => protection.rateLimits.giveBack(number(ONE), NOW_MS);
    await Promise.all([giveBack(), giveBack()]);
    const { guard_key: _, ttl: __, ...counts } = await item();
    expect(counts).toEqual({ count: { N: '0' } });
  });

  it('gives back to the window that was counted in, whatever time it is', async () => {
    const laterMs = NOW_MS + LIMITS.phoneNumber.windowSeconds * 1000;
    for (const nowMs of [NOW_MS, laterMs]) expect(await countedOf(5, number(ONE), nowMs)).toBe(2);
    await protection.rateLimits.giveBack(number(ONE), NOW_MS);
    expect(await countedOf(5, number(ONE), laterMs)).toBe(0);
    expect(await countedOf(5, number(ONE))).toBe(1);
  });

  it('is sent once, and fails nobody when its answer is lost', async () => {
    await countedOf(2, number(ONE));
    const unlucky = startProtection(store, { limits: LIMITS, onceClient: withLostAnswers });
    await unlucky.rateLimits.giveBack(number(ONE), NOW_MS);
    expect(await countedOf(5, number(ONE))).toBe(1);
  });

  it('throws a mistake of ours', async () => {
    const send = () => Promise.reject(new TypeError('a mistake'));
    const onceClient = (): DynamoDBClient => Object.create(store.client, { send: { value: send } });
    const { rateLimits } = startProtection(store, { limits: LIMITS, onceClient });
    await expect(rateLimits.giveBack(number(ONE), NOW_MS)).rejects.toThrow('a mistake');
  });
});

it('names a caller differently in every item, so items do not show who they share', async () => {
  for (const on of [number(ONE), number(ONE, '+4915112345679'), prefix(ONE)]) {
    await protection.rateLimits.count(on, NOW_MS);
  }
  const { Items = [] } = await store.client.send(new ScanCommand({ TableName: store.table }));
  const names = Items.flatMap(Object.keys).filter((name) => name.startsWith('by_'));
  expect([names.length, new Set(names).size]).toEqual([3, 3]);
});

describe('the size of an item', () => {
  it('of a limit is bounded by its count, however many callers there are', async () => {
    const limits = { ...LIMITS, prefix: { count: 500, windowSeconds: 600 } };
    const { rateLimits } = startProtection(store, { limits });
    for (let index = 0; index < 620; index += 1) {
      const on = prefix(at(`203.0.${Math.floor(index / 250)}.${index % 250}`));
      const { outcome } = await rateLimits.count(on, NOW_MS);
      if (outcome === 'counted' && index % 10 === 0) await rateLimits.giveBack(on, NOW_MS);
    }
    const full = await item();
    const shares = Object.keys(full).filter((name) => name.startsWith('by_'));
    expect(shares).toHaveLength(500);
    expect(shares.every((name) => /^by_[A-Za-z0-9_-]{8}$/.test(name))).toBe(true);
    expect(JSON.stringify(full).length).toBeLessThan(16_000);
  });

  it('of a lock is bounded by 51 names, while Vonage answers nothing for long', async () => {
    const { locks } = protection;
    const start = (index: number) => {
      return { phoneNumber: NUMBER, owner: `${String(index).padStart(32, '0')}.1` };
    };
    for (let index = 0; index < 60; index += 1) {
      expect(await locks.lock(start(index), NOW_MS)).toMatchObject({ outcome: 'locked' });
      await locks.releaseUnresolved(start(index));
    }
    expect((await item()).unresolved?.SS).toHaveLength(51);
    expect(await locks.lock(start(99), NOW_MS)).toEqual({ outcome: 'locked', contested: true });
    expect(await locks.lock(start(98), NOW_MS)).toEqual({ outcome: 'held' });
    const live = { requestId: 'request-1', liveUntilMs: NOW_MS + 1, isAlone: true };
    await locks.record(start(99), live);
    const names = ['guard_key', 'live_until', 'request_id', 'ttl'];
    expect(Object.keys(await item()).toSorted()).toEqual(names);
  });
});
