import { describe, expect, it } from 'vitest';
import { createWarmOthers } from '../../../../../shared/adapters/lambda/warm-others.ts';
import type { WarmOthers } from '../../../../../shared/domain/ports/warm-up.ts';
import { hangUp, json, silence } from '../../../../fixtures/http-stub.ts';
import { startNetwork } from '../../../../fixtures/network.ts';
import { NEVER_MS } from '../../../../fixtures/patience.ts';

const MINUTE_MS = 60_000;
const { stub, aws } = await startNetwork();
let nowMs = 0;

function create(...names: readonly string[]): WarmOthers {
  stub.answer(json(202));
  return createWarmOthers({ ...aws, names, clock: { now: () => nowMs }, timeoutMs: NEVER_MS });
}

describe('createWarmOthers', () => {
  it('invokes each function asynchronously with the event of a warm-up', async () => {
    create('webhook:live', 'connect')();
    await expect.poll(() => stub.received.length).toBe(2);
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
    const warmOthers = create('connect');
    for (const minute of [0, 1, 10, 19, 29]) {
      nowMs = minute * MINUTE_MS;
      warmOthers();
    }
    await expect.poll(() => stub.received.length).toBe(2);
  });

  it('returns at once and has no effect when the calls fail or hang', async () => {
    const warmOthers = create('one', 'two', 'three');
    stub.answer(silence, hangUp, json(500));
    warmOthers();
    await expect.poll(() => stub.received.length).toBe(3);
  });
});
