/** Items of the table `Guards` in a gradual deployment, where two releases write the same ones. */

import { readFileSync } from 'node:fs';
import { type AttributeValue, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StartProtection } from '../../../../../shared/adapters/dynamodb/start-protection.ts';
import type { IdempotentStart } from '../../../../../shared/domain/ports/idempotency-records.ts';
import type { CountedOn } from '../../../../../shared/domain/ports/rate-limits.ts';
import { type DynaliteStore, startDynalite } from '../../../../fixtures/dynalite-store.ts';
import { guardHmac, startProtection } from '../../../../fixtures/start-protection.ts';

/** One item, and the call that made it. */
interface Story {
  readonly name: string;
  readonly input: {
    readonly nowMs: number;
    readonly phoneNumber?: string;
    readonly owner?: string;
    readonly intent?: IdempotentStart;
    readonly requestId?: string;
    readonly liveUntilMs?: number;
    readonly on?: Pick<CountedOn, 'limit' | 'value'>;
  };
  readonly items: readonly [Readonly<Record<string, AttributeValue>>];
}

const [settings, ...lines] = readFileSync('test/fixtures/previous-release/guards.jsonl', 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line));
const STORIES: readonly Story[] = lines;
const CALLER = { address: '203.0.113.9' };

let store: DynaliteStore;
let protection: StartProtection;

beforeAll(async () => {
  store = await startDynalite('guard_key');
  const keys = { guardHmac: guardHmac(settings.guardKey) };
  protection = startProtection(store, { limits: settings.limits, keys });
});
afterAll(() => store.stop());

async function put({ items: [Item] }: Story): Promise<void> {
  await store.client.send(new PutItemCommand({ TableName: store.table, Item }));
}

async function stored({ items: [item] }: Story): Promise<Record<string, AttributeValue>> {
  const Key = { guard_key: item.guard_key ?? { S: '' } };
  const command = new GetItemCommand({ TableName: store.table, Key, ConsistentRead: true });
  return (await store.client.send(command)).Item ?? {};
}

/** Does what the previous release did. */
async function repeat({ name, input }: Story): Promise<void> {
  const { rateLimits, locks, idempotencyRecords: records } = protection;
  const { nowMs, phoneNumber, owner, intent, requestId = '', liveUntilMs, on } = input;
  if (phoneNumber && owner) {
    const holder = { phoneNumber, owner };
    await locks.lock(holder, nowMs);
    if (liveUntilMs) await locks.record(holder, { requestId, liveUntilMs, isAlone: true });
    if (name.includes('unknown fate')) await locks.releaseUnresolved(holder);
  }
  if (intent) {
    await records.claim(intent, nowMs);
    if (requestId) await records.record(intent, requestId, nowMs);
    if (name.includes('unknown fate')) await records.markUnknown(intent);
    if (name.includes('released')) await records.release(intent);
  }
  if (on) {
    // Two callers, because one alone may not spend a limit that others share.
    for (const address of ['203.0.113.1', '203.0.113.2']) {
      await rateLimits.count({ ...on, caller: { address } }, nowMs);
    }
  }
}

describe('what this release stores', () => {
  it.each(STORIES.filter(({ input: { phoneNumber, owner } }) => owner || !phoneNumber))(
    'is what the previous one stored, but for its counts of numbers and the shares: $name',
    async (story) => {
      await repeat(story);
      const isShared = ([name]: [string, unknown]) => !/^(by_|count_|ttl$)/.test(name);
      const [same, expected] = [await stored(story), story.items[0]].map((item) =>
        Object.fromEntries(Object.entries(item).filter(isShared)),
      );
      expect(same).toEqual(expected);
    },
  );
});

describe('an item of the previous release', () => {
  it.each(STORIES.filter(({ input }) => input.on))(
    'is counted on from its stored count: $name',
    async (story) => {
      await put(story);
      const { on, nowMs } = story.input;
      const counted: CountedOn = { limit: 'address', value: '', ...on, caller: CALLER };
      const { outcome } = await protection.rateLimits.count(counted, nowMs);
      const isSpent = counted.limit === 'subject' || counted.limit === 'email';
      expect(outcome).toBe(isSpent ? 'spent' : 'counted');
      expect((await stored(story)).count).toEqual({ N: isSpent ? '2' : '3' });
      if (isSpent) return;
      await protection.rateLimits.giveBack(counted, nowMs);
      expect(await stored(story)).toEqual(story.items[0]);
    },
  );

  it('is locked whatever it has counted', async () => {
    const story = STORIES.find(({ name }) => name === 'a number whose limit is spent');
    const { phoneNumber = '', nowMs = 0 } = story?.input ?? {};
    if (story) await put(story);
    const locked = await protection.locks.lock({ phoneNumber, owner: 'zzzz.1' }, nowMs);
    expect(locked).toEqual({ outcome: 'locked' });
  });
});
