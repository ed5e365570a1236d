import { createHmac } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { createGuards } from '../../../../../shared/adapters/dynamodb/guards.ts';
import { createMemoryDynamoDb } from '../../../../lab/simulation/store/memory-dynamodb.ts';

const NOW_MS = Date.UTC(2026, 2, 4, 10, 15, 30);
const LATER_MS = NOW_MS + 40_000;
const LIVE_UNTIL_MS = NOW_MS + 300_000;
const NUMBER = '+4915112345678';
const LIMIT = { count: 100, windowSeconds: 3600 };

/** With room for every start, so that only the lock and what is live decide. */
function newGuards() {
  const database = createMemoryDynamoDb();
  const client = Object.create(DynamoDBClient.prototype, {
    send: { value: async (command: unknown) => database.execute(command) },
  });
  return createGuards({
    client,
    onceClient: () => client,
    table: 'Guards',
    limits: { address: LIMIT, subject: LIMIT, phoneNumber: LIMIT, email: LIMIT, prefix: LIMIT },
    keys: {
      guardHmac: async (parts) =>
        createHmac('sha256', 'guard key').update(JSON.stringify(parts)).digest(),
    },
  });
}

describe('recordPhoneNumber', () => {
  it('comes too late to open the lock of the next start', async () => {
    const guards = newGuards();
    await guards.lockPhoneNumber(NUMBER, 'late.1', NOW_MS);
    await guards.lockPhoneNumber(NUMBER, 'next.1', LATER_MS);
    const late = { requestId: 'request-late', liveUntilMs: LIVE_UNTIL_MS };
    await guards.recordPhoneNumber(NUMBER, 'late.1', late);
    expect(await guards.lockPhoneNumber(NUMBER, 'third.1', LATER_MS)).toEqual({
      outcome: 'refused',
      retryAtMs: LATER_MS + 35_000,
    });
  });

  it('comes too late to replace the live verification of the next start', async () => {
    const guards = newGuards();
    await guards.lockPhoneNumber(NUMBER, 'late.1', NOW_MS);
    await guards.lockPhoneNumber(NUMBER, 'next.1', LATER_MS);
    const next = { requestId: 'request-next', liveUntilMs: LIVE_UNTIL_MS };
    await guards.recordPhoneNumber(NUMBER, 'next.1', next);
    const late = { requestId: 'request-late', liveUntilMs: LATER_MS };
    await guards.recordPhoneNumber(NUMBER, 'late.1', late);
    expect(await guards.lockPhoneNumber(NUMBER, 'third.1', LATER_MS)).toEqual({
      outcome: 'live',
      requestId: 'request-next',
      retryAtMs: LIVE_UNTIL_MS,
    });
  });
});
