/** The store of the simulation has DynamoDB's semantics: the real adapters see no difference. */

import { createHmac } from 'node:crypto';
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  createStartProtection,
  type StartProtection,
} from '../../../shared/adapters/dynamodb/start-protection.ts';
import { createVerificationLog } from '../../../shared/adapters/dynamodb/verification-log.ts';
import type { VerificationLog } from '../../../shared/domain/ports/verification-log.ts';
import { type DynaliteStore, startDynalite } from '../../fixtures/dynalite-store.ts';
import { EVERY_EVENT } from '../../fixtures/events.ts';
import { createPrng, type Prng } from './prng.ts';
import { createMemoryDynamoDb } from './store/memory-dynamodb.ts';

const SEQUENCES = 25;
const OPERATIONS = 40;
const START_MS = Date.UTC(2026, 2, 4, 10, 15, 30);
const LIMIT = { count: 2, windowSeconds: 120 };
const limits = { address: LIMIT, subject: LIMIT, phoneNumber: LIMIT, email: LIMIT, prefix: LIMIT };
const keys = {
  guardHmac: async (parts: readonly string[]) =>
    createHmac('sha256', 'guard key').update(JSON.stringify(parts)).digest(),
};

interface Table {
  readonly client: DynamoDBClient;
  readonly table: string;
}

interface Subject {
  readonly log: VerificationLog;
  readonly protection: StartProtection;
  readonly verifications: Table;
}

type Operation = (on: Subject, nowMs: number) => Promise<unknown>;

let verifications: DynaliteStore;
let guards: DynaliteStore;
let nowMs = START_MS;
const clock = { now: () => nowMs };

beforeAll(async () => {
  verifications = await startDynalite('request_id');
  guards = await startDynalite('guard_key');
});
afterAll(async () => {
  await verifications.stop();
  await guards.stop();
});

function subjectOver(stored: Table, { client, table }: Table): Subject {
  return {
    verifications: stored,
    log: createVerificationLog({ ...stored, clock }),
    protection: createStartProtection({ client, onceClient: () => client, table, limits, keys }),
  };
}

function memory(): Subject {
  const database = createMemoryDynamoDb();
  const client: DynamoDBClient = Object.create(DynamoDBClient.prototype, {
    send: { value: async (command: unknown) => database.execute(command) },
  });
  return subjectOver({ client, table: 'Verifications' }, { client, table: 'Guards' });
}

/** One operation of the adapters on a few keys, so that they meet. */
function draw(prng: Prng, sequence: number): Operation {
  const requestId = `request-${sequence}-${prng.below(2)}`;
  const hash = Buffer.from(prng.pick(['one token', 'another token']));
  const connection = `${1000 + prng.below(8)}#connection-${prng.below(8)}`;
  const start = prng.pick(['start-a', 'start-b']);
  const owner = `${start}.${prng.below(3)}`;
  const heldBy = `${start}.${prng.below(3)}`;
  const holder = { phoneNumber: `+49151${sequence}${prng.below(2)}`, owner };
  const isAlone = prng.below(2) === 0;
  const record = (liveUntilMs: number) => ({ requestId: 'request-live', liveUntilMs, isAlone });
  const on = {
    limit: prng.pick(['email', 'prefix', 'phone_number'] as const),
    value: `${sequence}`,
    caller: { address: prng.pick(['198.51.100.1', '198.51.100.2']) },
  };
  const idempotent = {
    idempotencyKey: `${sequence}-${prng.below(2)}`,
    body: prng.pick(['["a"]', '["b"]']),
    clientRef: start,
    owner,
    tokenKeyId: 'key',
  };
  const event = EVERY_EVENT[prng.below(EVERY_EVENT.length)] ?? EVERY_EVENT[0];
  if (!event) throw new Error('no event');
  return prng.pick<Operation>([
    ({ log }) => log.append(requestId, event, hash),
    ({ log }) => log.append(requestId, event),
    ({ log }) => log.find(requestId),
    ({ log }) => log.subscribe({ requestId, hash }, connection),
    ({ log }) => log.forget(requestId, connection),
    ({ protection: to }, atMs) => to.rateLimits.count(on, atMs),
    ({ protection: to }, atMs) => to.rateLimits.giveBack(on, atMs),
    ({ protection: to }, atMs) => to.locks.lock(holder, atMs),
    ({ protection: to }, atMs) => to.locks.lock(holder, atMs, 'request-live'),
    ({ protection: to }, atMs) => to.locks.inherit(holder, atMs, heldBy),
    ({ protection: to }, atMs) => to.locks.record(holder, record(atMs + 90_000)),
    ({ protection: to }) => to.locks.release(holder),
    ({ protection: to }) => to.locks.releaseUnresolved(holder),
    ({ protection: to }, atMs) => to.idempotencyRecords.claim(idempotent, atMs),
    ({ protection: to }, atMs) => to.idempotencyRecords.record(idempotent, 'request-live', atMs),
    ({ protection: to }) => to.idempotencyRecords.markUnknown(idempotent),
    ({ protection: to }) => to.idempotencyRecords.release(idempotent),
  ]);
}

/** What is stored, in a form that does not tell in which order a set was made. */
async function stored({ verifications: { client, table } }: Subject, id: string): Promise<unknown> {
  const Key = { request_id: { S: id } };
  const read = new GetItemCommand({ TableName: table, Key, ConsistentRead: true });
  return plain((await client.send(read)).Item);
}

function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => {
      const isSet = ['SS', 'connections'].includes(name) && Array.isArray(member);
      return [name, isSet ? member.toSorted() : plain(member)];
    }),
  );
}

describe('the store in memory', () => {
  it('answers every sequence of operations as an engine does', async () => {
    for (let sequence = 0; sequence < SEQUENCES; sequence += 1) {
      const prng = createPrng(`store ${sequence}`);
      const [real, simulated] = [subjectOver(verifications, guards), memory()];
      nowMs = START_MS;
      for (let step = 0; step < OPERATIONS; step += 1) {
        nowMs += prng.below(prng.pick([10, 1000, 40_000]));
        const operation = draw(prng, sequence);
        const expected = plain(await operation(real, nowMs));
        const answer = plain(await operation(simulated, nowMs));
        expect(answer, `${sequence}, step ${step}`).toEqual(expected);
      }
      for (const requestId of [`request-${sequence}-0`, `request-${sequence}-1`]) {
        expect(await stored(simulated, requestId)).toEqual(await stored(real, requestId));
      }
    }
  });
});
