import { createHash } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { describe, expect, it, vi } from 'vitest';
import { createVerificationLog } from '../../../../../shared/adapters/dynamodb/verification-log.ts';
import type { StartLimits } from '../../../../../shared/config.ts';
import type { VerifyAnswer } from '../../../../../shared/domain/ports/vonage.ts';
import { createMemoryDynamoDb } from '../../../../fixtures/memory-dynamodb.ts';
import { startProtection } from '../../../../fixtures/start-protection.ts';
import { START_SETTINGS } from '../../../../fixtures/start-settings.ts';
import { START, startWorld } from '../../../../fixtures/start-world.ts';

const hourly = (count: number) => ({ count, perCaller: count, windowSeconds: 3600 });
const LIMITED = { code: 'rate_limited' };
const UNAVAILABLE = { code: 'provider_unavailable' };

/** The real use case over the real limits, locks and log; Vonage answers as the test says. */
function createWorld(limits: Partial<StartLimits> = {}) {
  const database = createMemoryDynamoDb();
  const store = { execute: database.execute };
  const client = Object.create(DynamoDBClient.prototype, {
    send: { value: async (command: unknown) => store.execute(command) },
  });
  const vonage = {
    asked: [] as string[],
    answer: async (): Promise<VerifyAnswer> => ({ outcome: 'unavailable' }),
  };
  const world = startWorld({ settings: { workflow: [{ channel: 'silent_auth' }] } });
  const { needs, clock } = world;
  const tries = Array.from({ length: 99 }, (_, index) => `try${index}`).values();
  Object.assign(needs, {
    log: createVerificationLog({ client, table: 'Verifications', clock }),
    ...startProtection(
      { client, table: 'Guards' },
      { limits: { ...START_SETTINGS.limits, ...limits } },
    ),
    random: { ...needs.random, nonce: () => String(tries.next().value) },
  });
  Object.assign(needs.tokens, {
    clientRef: async (key: string) => key,
    derive: async (requestId: string, key: string) => {
      const hash = createHash('sha256').update(`${requestId} ${key}`).digest();
      return { token: `${requestId}.token`, hash };
    },
  });
  vi.spyOn(needs.vonage, 'verify').mockImplementation(({ clientRef }) => {
    vonage.asked.push(clientRef);
    return vonage.answer();
  });
  const start = (subscriber: number, idempotencyKey: string) =>
    world.start({ ...START, phoneNumber: `+491511234500${subscriber}`, idempotencyKey });
  return { ...world, vonage, start, store };
}

describe('startVerification', () => {
  it('keeps counted what an earlier try has spent when a later one is refused', async () => {
    const { start, vonage, clock } = createWorld({ phoneNumber: hourly(1), prefix: hourly(2) });
    const { answer } = vonage;
    vonage.answer = () => new Promise(() => {});
    void start(1, 'died');
    await expect.poll(() => vonage.asked).toEqual(['died']);

    clock.seconds = 36;
    vonage.answer = answer;
    await expect(start(1, 'died')).rejects.toMatchObject(LIMITED);
    await expect(start(2, 'other')).rejects.toMatchObject(UNAVAILABLE);
    await expect(start(3, 'third')).rejects.toMatchObject(LIMITED);
    expect(vonage.asked).toEqual(['died', 'other']);
  });

  it('does not count a repeat that has to wait or is answered again', async () => {
    const { start, vonage } = createWorld({ prefix: hourly(2) });
    const { answer } = vonage;
    const asked = Promise.withResolvers<VerifyAnswer>();
    vonage.answer = () => asked.promise;
    const first = start(1, 'one');
    await expect.poll(() => vonage.asked).toEqual(['one']);
    const early = await Promise.allSettled([start(1, 'one'), start(1, 'one'), start(1, 'one')]);
    const waiting = { status: 'rejected', reason: { code: 'start_in_progress' } };
    expect(early).toMatchObject([waiting, waiting, waiting]);
    asked.resolve({ outcome: 'created', requestId: 'request-1' });
    expect((await first).clientToken).toBe('request-1.token');
    const repeated = await Promise.all([start(1, 'one'), start(1, 'one'), start(1, 'one')]);
    for (const { clientToken } of repeated) expect(clientToken).toBe('request-1.token');
    vonage.answer = answer;
    await expect(start(2, 'two')).rejects.toMatchObject(UNAVAILABLE);
    await expect(start(3, 'three')).rejects.toMatchObject(LIMITED);
  });

  it('counts a lost start and each repeat that asks Vonage again', async () => {
    const { start, vonage } = createWorld({ prefix: hourly(3) });
    vonage.answer = async () => ({ outcome: 'unknown' });
    for (let tries = 0; tries < 3; tries += 1) {
      await expect(start(1, 'lost')).rejects.toMatchObject(UNAVAILABLE);
    }
    await expect(start(1, 'lost')).rejects.toMatchObject(LIMITED);
  });

  it.each<[what: string, key: string, refusal: object | undefined]>([
    ['answers the repeat of a start that is recorded without its key', 'mine', undefined],
    ['reveals nothing of it to another start that was lost (S7b)', 'theirs', LIMITED],
  ])('%s', async (_what, key, refusal) => {
    const { start, vonage, clock, store, wakeUps, measured } = createWorld();
    vonage.answer = async () => ({ outcome: 'unknown' });
    await expect(start(1, 'theirs')).rejects.toMatchObject(UNAVAILABLE);
    vonage.answer = async () => ({ outcome: 'created', requestId: 'request-1' });
    const { execute } = store;
    store.execute = (command) => {
      if (JSON.stringify(command).includes('#state = :started')) throw new Error('not written');
      return execute(command);
    };
    await expect(start(1, 'mine')).rejects.toThrow('not written');
    Object.assign(store, { execute });

    clock.seconds = 36;
    for (let repeats = 0; repeats < 2; repeats += 1) {
      const answer = start(1, key);
      if (refusal) await expect(answer).rejects.toMatchObject(refusal);
      else expect((await answer).verification.requestId).toBe('request-1');
    }
    expect(vonage.asked).toEqual(['theirs', 'theirs', 'mine']);
    expect(wakeUps).toEqual(refusal ? [92] : [92, 92]);
    expect(measured.some(({ name }) => name === 'Started')).toBe(!refusal);
  });
});
