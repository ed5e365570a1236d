import { createHash, createHmac } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { createStartProtection } from '../../../../../shared/adapters/dynamodb/start-protection.ts';
import { createVerificationLog } from '../../../../../shared/adapters/dynamodb/verification-log.ts';
import type { StartLimits } from '../../../../../shared/config.ts';
import type { VerifyAnswer } from '../../../../../shared/domain/ports/vonage.ts';
import type { Channel } from '../../../../../shared/domain/workflow.ts';
import type { StartNeeds } from '../../../../../shared/usecases/start/start-context.ts';
import { startVerification } from '../../../../../shared/usecases/start/start-verification.ts';
import { BUDGET } from '../../../../fixtures/answering-vonage.ts';
import { START_MS, started } from '../../../../fixtures/histories.ts';
import { START_SETTINGS } from '../../../../fixtures/start-settings.ts';
import { CALLER, START, startWorld } from '../../../../fixtures/start-world.ts';
import { createMemoryDynamoDb } from '../../../../lab/simulation/store/memory-dynamodb.ts';

const hourly = (count: number) => ({ count, perCaller: count, windowSeconds: 3600 });
const LIMITED = { code: 'rate_limited' };
const UNAVAILABLE = { code: 'provider_unavailable' };

/** The real use case over the real limits, locks and log; Vonage answers as the test says. */
function createWorld(limits: Partial<StartLimits> = {}, channel: Channel = 'silent_auth') {
  const database = createMemoryDynamoDb();
  const store = { execute: database.execute };
  const client = Object.create(DynamoDBClient.prototype, {
    send: { value: async (command: unknown) => store.execute(command) },
  });
  const clock = { seconds: 0, now: () => START_MS + clock.seconds * 1000 };
  const vonage = {
    asked: [] as string[],
    answer: async (): Promise<VerifyAnswer> => ({ outcome: 'unavailable' }),
  };
  const guardHmac = async (parts: readonly string[]) =>
    createHmac('sha256', 'guard key').update(parts.join()).digest();
  const tries = Array.from({ length: 99 }, (_, index) => `try${index}`).values();
  const { needs, wakeUps } = startWorld();
  const measured: string[] = [];
  const real: StartNeeds = {
    ...needs,
    clock,
    telemetry: { measure: ({ name }) => void measured.push(name) },
    log: createVerificationLog({ client, table: 'Verifications', clock }),
    ...createStartProtection({
      client,
      onceClient: () => client,
      table: 'Guards',
      limits: { ...START_SETTINGS.limits, ...limits },
      keys: { guardHmac },
    }),
    tokens: {
      ...needs.tokens,
      clientRef: async (key) => key,
      derive: async (requestId, key) => {
        const hash = createHash('sha256').update(`${requestId} ${key}`).digest();
        return { token: `${requestId}.token`, hash };
      },
    },
    random: { ...needs.random, nonce: () => String(tries.next().value) },
    vonage: {
      ...needs.vonage,
      verify: ({ clientRef }) => {
        vonage.asked.push(clientRef);
        return vonage.answer();
      },
    },
    settings: { ...START_SETTINGS, workflow: [{ channel }] },
  };
  const start = (subscriber: number, idempotencyKey: string) => {
    const request = { ...START, phoneNumber: `+491511234500${subscriber}`, idempotencyKey };
    return startVerification({ request, caller: CALLER, budget: BUDGET }, real);
  };
  return { log: real.log, clock, vonage, start, store, wakeUps, measured };
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

  it('reveals nothing of a verification that another start owns, not even to a repeat', async () => {
    const { start, vonage, log } = createWorld();
    vonage.answer = async () => ({ outcome: 'created', requestId: 'theirs' });
    await log.append('theirs', started(), Buffer.from('their token'));
    await expect(start(1, 'mine')).rejects.toMatchObject(UNAVAILABLE);
    await expect(start(1, 'mine')).rejects.toMatchObject(UNAVAILABLE);
  });

  it.each<[string, string, object | undefined]>([
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
    expect(measured.includes('Started')).toBe(!refusal);
  });

  it.each<[string, Channel, boolean]>([
    ['adopts what is in flight for its own number, which is locked', 'sms', true],
    ['does not adopt what is in flight for a mailbox, which is not locked', 'email', false],
  ])('%s', async (_what, channel, adopts) => {
    const { start, vonage, log } = createWorld({}, channel);
    vonage.answer = async () =>
      vonage.asked.length === 1
        ? { outcome: 'unknown' }
        : { outcome: 'in_flight', requestId: 'in-flight' };
    const started = start(1, 'lost').then(
      () => true,
      () => false,
    );
    expect(await started).toBe(adopts);
    expect((await log.find('in-flight')) !== undefined).toBe(adopts);
  });
});
