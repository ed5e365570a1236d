import { createHmac } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { createStartProtection } from '../../../../../shared/adapters/dynamodb/start-protection.ts';
import type { LockHolder } from '../../../../../shared/domain/ports/phone-number-locks.ts';
import { createMemoryDynamoDb } from '../../../../lab/simulation/store/memory-dynamodb.ts';

const NOW_MS = Date.UTC(2026, 2, 4, 10, 15, 30);
const LATER_MS = NOW_MS + 40_000;
const LIVE_UNTIL_MS = NOW_MS + 300_000;
const NUMBER = '+4915112345678';
const LIMIT = { count: 100, windowSeconds: 3600 };

/** With room for every start, so that only the lock and what is live decide. */
function newLocks() {
  const database = createMemoryDynamoDb();
  const client = Object.create(DynamoDBClient.prototype, {
    send: { value: async (command: unknown) => database.execute(command) },
  });
  return createStartProtection({
    client,
    onceClient: () => client,
    table: 'Guards',
    limits: { address: LIMIT, subject: LIMIT, phoneNumber: LIMIT, email: LIMIT, prefix: LIMIT },
    keys: {
      guardHmac: async (parts) =>
        createHmac('sha256', 'guard key').update(JSON.stringify(parts)).digest(),
    },
  }).locks;
}

function holder(phoneNumber: string, owner: string): LockHolder {
  return { phoneNumber, owner };
}

describe('PhoneNumberLocks.record', () => {
  it('comes too late to open the lock of the next start', async () => {
    const locks = newLocks();
    await locks.lock(holder(NUMBER, 'late.1'), NOW_MS);
    await locks.lock(holder(NUMBER, 'next.1'), LATER_MS);
    const late = { requestId: 'request-late', liveUntilMs: LIVE_UNTIL_MS };
    await locks.record(holder(NUMBER, 'late.1'), late);
    expect(await locks.lock(holder(NUMBER, 'third.1'), LATER_MS)).toEqual({ outcome: 'held' });
  });

  it('comes too late to replace the live verification of the next start', async () => {
    const locks = newLocks();
    await locks.lock(holder(NUMBER, 'late.1'), NOW_MS);
    await locks.lock(holder(NUMBER, 'next.1'), LATER_MS);
    const next = { requestId: 'request-next', liveUntilMs: LIVE_UNTIL_MS };
    await locks.record(holder(NUMBER, 'next.1'), next);
    const late = { requestId: 'request-late', liveUntilMs: LATER_MS };
    await locks.record(holder(NUMBER, 'late.1'), late);
    expect(await locks.lock(holder(NUMBER, 'third.1'), LATER_MS)).toEqual({
      outcome: 'live',
      requestId: 'request-next',
    });
  });
});
