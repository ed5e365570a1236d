import { createHmac } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { createStartProtection } from '../../../../../shared/adapters/dynamodb/start-protection.ts';
import { createVerificationLog } from '../../../../../shared/adapters/dynamodb/verification-log.ts';
import type { StartLimits } from '../../../../../shared/config.ts';
import type { VerificationLog } from '../../../../../shared/domain/ports/verification-log.ts';
import type { VerifyAnswer } from '../../../../../shared/domain/ports/vonage.ts';
import type { Channel } from '../../../../../shared/domain/workflow.ts';
import type { StartNeeds } from '../../../../../shared/usecases/start/start-context.ts';
import { startVerification } from '../../../../../shared/usecases/start/start-verification.ts';
import { started } from '../../../../fixtures/events.ts';
import { START_SETTINGS } from '../../../../fixtures/start-settings.ts';
import { createMemoryDynamoDb } from '../../../../lab/simulation/store/memory-dynamodb.ts';

const START_MS = Date.UTC(2026, 2, 4, 10, 0, 0);

interface World {
  readonly log: VerificationLog;
  readonly start: (phoneNumber: string, idempotencyKey: string) => Promise<unknown>;
  readonly asked: string[];
  answer: () => Promise<VerifyAnswer>;
  nowMs: number;
}

/** The real use case over the real guards; Vonage answers as the test says. */
function createWorld(
  limits: Partial<StartLimits> = {},
  workflow: Channel[] = ['silent_auth'],
): World {
  const database = createMemoryDynamoDb();
  const client = Object.create(DynamoDBClient.prototype, {
    send: { value: async (command: unknown) => database.execute(command) },
  });
  const clock = { now: () => world.nowMs };
  const keys = {
    guardHmac: async (parts: readonly string[]) =>
      createHmac('sha256', 'guard key').update(parts.join()).digest(),
  };
  let made = 0;
  const world: World = {
    log: createVerificationLog({ client, table: 'Verifications', clock }),
    nowMs: START_MS,
    asked: [],
    answer: async () => ({ outcome: 'unavailable' }),
    start: (phoneNumber, idempotencyKey) =>
      startVerification(
        {
          request: { phoneNumber, email: 'jo@example.org', result: 'json', idempotencyKey },
          caller: { address: '198.51.100.7' },
          budget: { lastCallAtMs: Number.MAX_SAFE_INTEGER },
        },
        needs,
      ),
  };
  const needs: StartNeeds = {
    clock,
    log: world.log,
    ...createStartProtection({
      client,
      onceClient: () => client,
      table: 'Guards',
      limits: { ...START_SETTINGS.limits, ...limits },
      keys,
    }),
    tokens: {
      derive: async (requestId) => ({ token: requestId, hash: Buffer.from(requestId) }),
      currentKeyId: async () => 'key',
      clientRef: async (key) => key,
    },
    identities: { hash: async (_kind, value) => value },
    phoneNumbers: { countryOfMobile: () => 'DE' },
    random: {
      attemptId: () => 'attempt1',
      nonce: () => {
        made += 1;
        return `try${made}`;
      },
    },
    pause: async () => {},
    telemetry: { measure: () => {} },
    vonage: {
      verify: ({ clientRef }) => {
        world.asked.push(clientRef);
        return world.answer();
      },
      cancel: async () => 'refused',
    },
    settings: { ...START_SETTINGS, workflow: workflow.map((channel) => ({ channel })) },
  };
  return world;
}

describe('startVerification', () => {
  it('keeps counted what an earlier try has spent when a later one is refused', async () => {
    const world = createWorld({
      phoneNumber: { count: 1, perCaller: 1, windowSeconds: 3600 },
      prefix: { count: 2, perCaller: 2, windowSeconds: 3600 },
    });
    world.answer = () => new Promise(() => {});
    void world.start('+4915112345001', 'died');
    await expect.poll(() => world.asked).toEqual(['died']);

    world.nowMs += 36_000;
    world.answer = async () => ({ outcome: 'unavailable' });
    await expect(world.start('+4915112345001', 'died')).rejects.toMatchObject({
      code: 'rate_limited',
    });
    await expect(world.start('+4915112345002', 'other')).rejects.toMatchObject({
      code: 'provider_unavailable',
    });
    await expect(world.start('+4915112345003', 'third')).rejects.toMatchObject({
      code: 'rate_limited',
    });
    expect(world.asked).toEqual(['died', 'other']);
  });

  it('counts no repeat that is told to wait, or answered again', async () => {
    const world = createWorld({ prefix: { count: 2, perCaller: 2, windowSeconds: 3600 } });
    const asked = Promise.withResolvers<VerifyAnswer>();
    world.answer = () => asked.promise;
    const first = world.start('+4915112345001', 'one');
    await expect.poll(() => world.asked).toEqual(['one']);
    for (let repeat = 0; repeat < 3; repeat += 1) {
      await expect(world.start('+4915112345001', 'one')).rejects.toMatchObject({
        code: 'start_in_progress',
      });
    }
    asked.resolve({ outcome: 'created', requestId: 'request-1' });
    await first;
    for (let repeat = 0; repeat < 3; repeat += 1) {
      expect(await world.start('+4915112345001', 'one')).toMatchObject({
        clientToken: 'request-1',
      });
    }
    world.answer = async () => ({ outcome: 'unavailable' });
    await expect(world.start('+4915112345002', 'two')).rejects.toMatchObject({
      code: 'provider_unavailable',
    });
    await expect(world.start('+4915112345003', 'three')).rejects.toMatchObject({
      code: 'rate_limited',
    });
  });

  it('counts a lost start and the repeat that asks Vonage once more', async () => {
    const world = createWorld({ prefix: { count: 3, perCaller: 3, windowSeconds: 3600 } });
    world.answer = async () => ({ outcome: 'unknown' });
    for (let tries = 0; tries < 3; tries += 1) {
      await expect(world.start('+4915112345001', 'lost')).rejects.toMatchObject({
        code: 'provider_unavailable',
      });
    }
    await expect(world.start('+4915112345001', 'lost')).rejects.toMatchObject({
      code: 'rate_limited',
    });
  });

  it('reveals nothing of a verification that another start owns', async () => {
    const world = createWorld();
    world.answer = async () => ({ outcome: 'created', requestId: 'theirs' });
    await world.log.append('theirs', started(), Buffer.from('their token'));
    const closed = { code: 'provider_unavailable' };
    await expect(world.start('+4915112345001', 'mine')).rejects.toMatchObject(closed);
    await expect(world.start('+4915112345001', 'mine')).rejects.toMatchObject(closed);
  });

  it.each<[string, Channel[], boolean]>([
    ['of its own number, which is locked', ['sms'], true],
    ['of an e-mail address, which is not', ['email'], false],
  ])(
    'adopts what is in flight only if it is certainly its own: %s',
    async (_, channels, adopts) => {
      const world = createWorld({}, channels);
      world.answer = async () =>
        world.asked.length === 1
          ? { outcome: 'unknown' }
          : { outcome: 'in_flight', requestId: 'in-flight' };
      const outcome = await world.start('+4915112345001', 'lost').then(
        () => true,
        () => false,
      );
      expect(outcome).toBe(adopts);
      expect((await world.log.find('in-flight')) !== undefined).toBe(adopts);
    },
  );
});
