import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { createAgents } from '../../../../../shared/adapters/https/https-agent.ts';
import { createWarmOthers } from '../../../../../shared/adapters/lambda/warm-others.ts';
import type { WarmOthers } from '../../../../../shared/domain/ports/warm-up.ts';
import { type HttpStub, json, silence, startHttpStub } from '../../../../fixtures/http-stub.ts';

const MINUTE_MS = 60_000;
const agent = createAgents();
const stub: HttpStub = await startHttpStub();
let nowMs = 0;

beforeEach(() => {
  nowMs = 0;
  stub.answer(json(202));
});
afterAll(async () => {
  agent.http.destroy();
  await stub.stop();
});

function create(names: readonly string[] = ['webhook:live', 'connect']): WarmOthers {
  return createWarmOthers({
    names,
    region: 'eu-central-1',
    endpoint: stub.url,
    credentials: { accessKeyId: 'id', secretAccessKey: 'secret' },
    agent,
    clock: { now: () => nowMs },
  });
}

describe('createWarmOthers', () => {
  it('invokes each function asynchronously with the event of a warm-up', async () => {
    create()();
    await expect.poll(() => stub.received.length).toBe(2);
    expect(stub.received.map(({ path }) => path).toSorted()).toEqual([
      '/2015-03-31/functions/connect/invocations',
      '/2015-03-31/functions/webhook%3Alive/invocations',
    ]);
    for (const { method, headers, body } of stub.received) {
      expect({ method, body }).toEqual({
        method: 'POST',
        body: '{"source":"silent-auth.warm-up"}',
      });
      expect(headers['x-amz-invocation-type']).toBe('Event');
      expect(headers.authorization).toContain('/eu-central-1/lambda/aws4_request');
    }
  });

  it('does so again only after ten minutes without a request', async () => {
    const warmOthers = create(['connect']);
    for (const minute of [0, 1, 10, 19]) {
      nowMs = minute * MINUTE_MS;
      warmOthers();
    }
    nowMs = 29 * MINUTE_MS;
    warmOthers();
    await expect.poll(() => stub.received.length).toBe(2);
  });

  it('returns at once and has no effect when the calls fail or hang', async () => {
    stub.answer(silence, (response) => response.destroy(), json(500));
    create(['one', 'two', 'three'])();
    await expect.poll(() => stub.received.length).toBe(3);
  });
});
