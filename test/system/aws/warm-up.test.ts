import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createCheckCodeHandler } from '../../../functions/check-code/handler.ts';
import { createStartHandler } from '../../../functions/start/handler.ts';
import { createWebhookHandler } from '../../../functions/webhook/handler.ts';
import { buildCheckCodeNeeds } from '../../../shared/dependencies/needs/check-code.ts';
import { buildStartNeeds } from '../../../shared/dependencies/needs/start.ts';
import { buildWebhookNeeds } from '../../../shared/dependencies/needs/webhook.ts';
import {
  CHECK_CODE_EXAMPLE,
  createWebhookExample,
  START_EXAMPLE,
  warmUp,
} from '../../../shared/dependencies/warm-up.ts';
import { variables } from '../../fixtures/bundled-function.ts';
import { LAMBDA_VARIABLES } from '../../fixtures/lambda-variables.ts';
import { type RecordedPeers, startRecordedPeers } from '../../fixtures/recorded-peers.ts';

let peers: RecordedPeers;

beforeAll(async () => {
  peers = await startRecordedPeers();
});
afterAll(() => peers.close());

beforeEach(() => {
  for (const [name, value] of Object.entries({ ...variables(peers), ...LAMBDA_VARIABLES })) {
    vi.stubEnv(name, value);
  }
});
/** A warm-up has no effect. What it prints is seen where INIT runs. */
afterEach(() => expect(peers.take()).toEqual([]));

/** What the example does not reach is compiled by the first request. */
describe('warmUp', () => {
  it('completes a verification with check-code', async () => {
    const handler = createCheckCodeHandler(buildCheckCodeNeeds().warmUpNeeds());
    const { statusCode, body = '' } = await warmUp(handler, CHECK_CODE_EXAMPLE);
    expect(statusCode).toBe(200);
    expect(JSON.parse(body).verification.status).toBe('completed');
  });

  it.each([{}, { EDGE_SECRET: 'edge', EDGE_ONLY: 'true' }])(
    'starts a verification with start and %o',
    async (edge) => {
      for (const [name, value] of Object.entries(edge)) vi.stubEnv(name, value);
      const handler = createStartHandler(buildStartNeeds().warmUpNeeds());
      expect((await warmUp(handler, START_EXAMPLE)).statusCode).toBe(202);
    },
  );

  it('records a webhook', async () => {
    const pushes: string[] = [];
    const needs = buildWebhookNeeds().warmUpNeeds();
    const pusher = {
      ...needs.pusher,
      push: async (_: readonly string[], { status }: { readonly status: string }) => {
        pushes.push(status);
        return [];
      },
    };
    const handler = createWebhookHandler({ ...needs, pusher });
    const { statusCode } = await warmUp(handler, createWebhookExample());
    expect(statusCode).toBe(204);
    expect(pushes).toEqual(['action_pending']);
  });

  it('signs the example with a secret that verifies no webhook of Vonage', async () => {
    const handler = createWebhookHandler(buildWebhookNeeds().needs);
    await expect(warmUp(handler, createWebhookExample())).rejects.toThrow('answered 401');
    expect(peers.take().map(({ peer }) => peer)).not.toContain('dynamodb');
  });
});
