/** Items of the table `Guards` in a gradual deployment, where two releases write the same ones. */

import {
  type AttributeValue,
  GetItemCommand,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StartProtection } from '../../../../../shared/adapters/dynamodb/start-protection.ts';
import type { CountedOn } from '../../../../../shared/domain/ports/rate-limits.ts';
import { type DynaliteStore, startDynalite } from '../../../../fixtures/dynalite-store.ts';
import { storedProtection } from '../../../../fixtures/previous-release.ts';
import { guardHmac, startProtection } from '../../../../fixtures/start-protection.ts';

const { guardKey, limits, stories } = storedProtection();
const LIVE = '00000000-0000-4000-8000-000000000001';
const hmac = guardHmac(guardKey);

let store: DynaliteStore;
let protection: StartProtection;

beforeAll(async () => {
  store = await startDynalite('guard_key');
  protection = startProtection(store, { limits, keys: { guardHmac: hmac } });
  for (const { items } of stories) {
    for (const Item of items) {
      await store.client.send(new PutItemCommand({ TableName: store.table, Item }));
    }
  }
});
afterAll(() => store.stop());

function story(name: string) {
  const found = stories.find((candidate) => candidate.name === name);
  if (!found) throw new Error(`the previous release has no story ${name}`);
  return found;
}

async function stored(key: string): Promise<Readonly<Record<string, AttributeValue>>> {
  const Key = { guard_key: { S: key } };
  const command = new GetItemCommand({ TableName: store.table, Key, ConsistentRead: true });
  return (await store.client.send(command)).Item ?? {};
}

describe('an item of the previous release', () => {
  it.each([
    ['a number that another start has locked', { outcome: 'held' }],
    ['a number with a live verification', { outcome: 'live', requestId: LIVE }],
    ['a number whose start has an unknown fate', { outcome: 'locked', contested: true }],
    ['a number whose limit is spent', { outcome: 'locked' }],
  ])('answers the lock of another start: %s', async (name, answer) => {
    const { phoneNumber = '', nowMs } = story(name).input;
    const holder = { phoneNumber, owner: 'zzzz.1' };
    expect(await protection.locks.lock(holder, nowMs + 1000)).toEqual(answer);
  });

  it.each([
    ['an idempotency key in use', 'in_progress'],
    ['an idempotency key whose start is known', 'started'],
    ['an idempotency key whose start has an unknown fate', 'takeover'],
    ['an idempotency key that was released', 'again'],
  ])('answers a repeat: %s', async (name, outcome) => {
    const { intent, nowMs } = story(name).input;
    if (!intent) throw new Error('not the story of a key');
    const other = { ...intent, owner: `${intent.clientRef}.2`, body: '["another body"]' };
    if (outcome === 'in_progress' || outcome === 'started') {
      const claim = await protection.idempotencyRecords.claim(other, nowMs + 1000);
      expect(claim).toEqual({ outcome: 'other_body' });
    }
    const repeat = { ...intent, owner: `${intent.clientRef}.3` };
    const claim = await protection.idempotencyRecords.claim(repeat, nowMs + 1000);
    expect(claim).toMatchObject({ outcome });
  });

  it.each(stories.filter(({ input }) => input.on))(
    'is counted on from its stored count: $name',
    async ({ input: { on, nowMs }, items: [item] }) => {
      if (!on) throw new Error('not the story of a counter');
      const counted: CountedOn = { ...on, caller: { address: '203.0.113.9' } };
      const { outcome } = await protection.rateLimits.count(counted, nowMs);
      const isSpent = on.limit === 'subject' || on.limit === 'email';
      expect(outcome).toBe(isSpent ? 'spent' : 'counted');
      const after = await stored(item?.guard_key?.S ?? '');
      expect(after.count).toEqual({ N: isSpent ? '2' : '3' });
      if (isSpent) return;
      await protection.rateLimits.giveBack(counted, nowMs);
      expect(await stored(item?.guard_key?.S ?? '')).toEqual(item);
    },
  );
});

describe('an item of this release', () => {
  const nowMs = Date.parse('2026-03-04T10:15:30.000Z');

  it('is counted on and given back by the previous one, which knows no shares', async () => {
    const caller = { address: '203.0.113.9' };
    const on: CountedOn = { limit: 'prefix', value: '+491511299', caller };
    await protection.rateLimits.count(on, nowMs);
    const hash = await hmac(['prefix', on.value]);
    const key = `prefix#${hash.toString('base64url')}#${Math.floor(nowMs / 3_600_000)}`;
    const write = (UpdateExpression: string, ConditionExpression: string, N: string) =>
      store.client.send(
        new UpdateItemCommand({
          TableName: store.table,
          Key: { guard_key: { S: key } },
          UpdateExpression,
          ConditionExpression,
          ExpressionAttributeNames: { '#count': 'count' },
          ExpressionAttributeValues: { ':by': { N }, ':limit': { N: '20' } },
        }),
      );
    const before = await stored(key);
    expect(before.count).toEqual({ N: '1' });
    await write('ADD #count :by', 'attribute_not_exists(#count) OR #count < :limit', '1');
    await write('ADD #count :by', '#count > :by AND #count < :limit', '-1');
    expect(await stored(key)).toEqual(before);
    await protection.rateLimits.giveBack(on, nowMs);
    expect((await stored(key)).count).toEqual({ N: '0' });
  });

  it('is locked by the previous one, which finds no count of its own in it', async () => {
    const holder = { phoneNumber: '+4915112000099', owner: 'aaaa.1' };
    await protection.locks.lock(holder, nowMs);
    await protection.locks.release(holder);
    const hash = await hmac(['phone', holder.phoneNumber]);
    const { Attributes: locked } = await store.client.send(
      new UpdateItemCommand({
        TableName: store.table,
        Key: { guard_key: { S: `phone#${hash.toString('base64url')}` } },
        UpdateExpression:
          'SET #owner = :owner, #until = :until, #ttl = :ttl REMOVE #before ' +
          'ADD #count :one, #unresolved :starts',
        ConditionExpression:
          '(attribute_not_exists(#until) OR #until <= :now) AND ' +
          '(attribute_not_exists(#request) OR #live <= :now) AND ' +
          '(attribute_not_exists(#count) OR #count < :limit)',
        ExpressionAttributeNames: {
          '#owner': 'lock_owner',
          '#until': 'lock_until',
          '#request': 'request_id',
          '#live': 'live_until',
          '#unresolved': 'unresolved',
          '#ttl': 'ttl',
          '#count': 'count_492394',
          '#before': 'count_492393',
        },
        ExpressionAttributeValues: {
          ':owner': { S: 'bbbb.1' },
          ':until': { N: String(nowMs + 35_000) },
          ':now': { N: String(nowMs) },
          ':one': { N: '1' },
          ':starts': { SS: ['bbbb'] },
          ':limit': { N: '2' },
          ':ttl': { N: '1772626530' },
        },
        ReturnValues: 'ALL_NEW',
      }),
    );
    expect(locked?.lock_owner).toEqual({ S: 'bbbb.1' });
    expect(await protection.locks.lock(holder, nowMs)).toEqual({ outcome: 'held' });
  });
});
