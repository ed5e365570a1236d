import { describe, expect, it } from 'vitest';
import { createWarmOthers } from '../../../../../shared/adapters/lambda/warm-others.ts';
import type { WarmOthers } from '../../../../../shared/domain/ports/warm-up.ts';
import { hangUp, json, silence } from '../../../../fixtures/http-stub.ts';
import { startNetwork } from '../../../../fixtures/network.ts';
import { inVirtualTime } from '../../../../fixtures/virtual-time.ts';

const MINUTE_MS = 60_000;
const network = await startNetwork();
const { stub, aws } = network;
let nowMs = 0;

function create(...names: readonly string[]): WarmOthers {
  stub.answer(json(202));
  return createWarmOthers({ ...aws, names, clock: { now: () => nowMs } });
}

/** Calls it, and waits until nothing is on the way any more. */
async function warm(warmOthers: WarmOthers, ...minutes: readonly number[]): Promise<void> {
  await inVirtualTime(async () => {
    for (const minute of minutes) {
      nowMs = minute * MINUTE_MS;
      warmOthers();
    }
    await new Promise((resolve) => setTimeout(resolve, MINUTE_MS));
  }, network);
}

describe('createWarmOthers', () => {
  it('invokes each function asynchronously with the event of a warm-up', async () => {
    await warm(create('webhook:live', 'connect'), 0);
    expect(stub.received.map(({ path }) => path).toSorted()).toEqual([
      '/2015-03-31/functions/connect/invocations',
      '/2015-03-31/functions/webhook%3Alive/invocations',
    ]);
    for (const { method, headers, body } of stub.received) {
      expect([method, body]).toEqual(['POST', '{"source":"silent-auth.warm-up"}']);
      expect(headers['x-amz-invocation-type']).toBe('Event');
      expect(headers.authorization).toContain('/eu-central-1/lambda/aws4_request');
    }
  });

  it('invokes them again only after ten minutes without a request', async () => {
    await warm(create('connect'), 0, 1, 10, 19, 29);
    expect(stub.received).toHaveLength(2);
  });

  it('returns at once and has no effect when the calls fail or hang', async () => {
    const warmOthers = create('one', 'two', 'three');
    stub.answer(silence, hangUp, json(500));
    await warm(warmOthers, 0);
    expect(stub.received).toHaveLength(3);
  });
});
