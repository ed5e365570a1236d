/** The SDK's clients as the adapters see them: tries of a second each, over the simulated wire. */

import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  ProvisionedThroughputExceededException,
} from '@aws-sdk/client-dynamodb';
import type { MemoryDynamoDb } from '../../fixtures/memory-dynamodb.ts';
import type { Connected, Waiting } from './wire.ts';

type Carried =
  | { readonly result: ReturnType<MemoryDynamoDb['execute']> }
  | { readonly error: unknown };

const TIMEOUT_MS = 1000;

export type StoreClients = ReturnType<typeof createStoreClients>;

export function createStoreClients(needs: Connected & { readonly database: MemoryDynamoDb }) {
  const { wire, database, prng, faults, scheduler } = needs;

  const carryOut = (command: unknown): Carried => {
    if (faults.happens('ttl')) database.expire(scheduler.now());
    try {
      return { result: database.execute(command) };
    } catch (error) {
      return { error };
    }
  };

  const send = async (who: Waiting, command: unknown, maxAttempts: number): Promise<unknown> => {
    for (let tries = 1; ; tries += 1) {
      const answer = await wire.exchange(who, {
        to: 'DynamoDB',
        timeoutMs: TIMEOUT_MS,
        // Only a client with retries repeats a request.
        mayRepeat: maxAttempts > 1,
        effect: () => carryOut(command),
      });
      if (answer.outcome === 'answered') {
        if ('error' in answer.value) throw afterTries(answer.value.error, tries);
        return answer.value.result;
      }
      if (tries === maxAttempts) throw failure(answer.outcome);
      await wire.pause(who, prng.between(0, 100 * tries));
    }
  };

  return (who: Waiting, maxAttempts: 1 | 3): DynamoDBClient =>
    Object.create(DynamoDBClient.prototype, {
      send: { value: (command: unknown) => send(who, command, maxAttempts) },
    });
}

/** The SDK counts its tries in what it throws. */
function afterTries(error: unknown, tries: number): unknown {
  if (error instanceof ConditionalCheckFailedException) error.$metadata.attempts = tries;
  return error;
}

function failure(outcome: 'refused' | 'timeout'): Error {
  if (outcome === 'refused') {
    return new ProvisionedThroughputExceededException({ message: 'throttled', $metadata: {} });
  }
  return Object.assign(new Error('no answer in time'), { name: 'TimeoutError' });
}
