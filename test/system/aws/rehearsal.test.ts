import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  createRehearsal,
  EXAMPLE_REQUEST_ID,
  EXAMPLE_WEBHOOK,
  rehearse,
  signExample,
} from '../../../shared/dependencies/rehearsal.ts';
import { variables } from '../performance/bundled-function.ts';
import { type RecordedPeers, startRecordedPeers } from '../performance/recorded-peers.ts';

let peers: RecordedPeers;
let written: string[];

beforeAll(async () => {
  peers = await startRecordedPeers({ store: 'memory' });
  for (const [name, value] of Object.entries({ ...variables(peers), AWS_REGION: 'eu-central-1' })) {
    vi.stubEnv(name, value);
  }
  written = [];
  const note = (text: string | Uint8Array): boolean => written.push(String(text)) > 0;
  vi.spyOn(process.stdout, 'write').mockImplementation(note);
  vi.spyOn(process.stderr, 'write').mockImplementation(note);
});
afterAll(async () => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  await peers.close();
});

/** Everything up to the last answer is run, or the first request would compile the rest. */
describe('rehearse', () => {
  it('completes a verification with check-code, and nobody hears of it', async () => {
    const { createHandler } = await import('../../../functions/check-code/handler.ts');
    const { codeNeeds } = await import('../../../shared/dependencies/dependencies.ts');
    peers.take();
    const handler = createHandler(codeNeeds(createRehearsal()));
    const body = { request_id: EXAMPLE_REQUEST_ID, code: 'aBc123' };
    const { statusCode, body: answer = '' } = await rehearse(handler, 'POST /check-code', body);
    expect(statusCode).toBe(200);
    expect(JSON.parse(answer).verification).toMatchObject({
      request_id: EXAMPLE_REQUEST_ID,
      status: 'completed',
    });
    expect(peers.take()).toEqual([]);
    expect(written).toEqual([]);
  });

  it('starts a verification with start, and nobody hears of it', async () => {
    const { createHandler } = await import('../../../functions/start/handler.ts');
    const { startNeeds } = await import('../../../shared/dependencies/dependencies.ts');
    peers.take();
    const needs = startNeeds(createRehearsal());
    const phoneNumbers = { countryOfMobile: () => needs.settings.countries[0] };
    const handler = createHandler({ ...needs, phoneNumbers });
    const { statusCode } = await rehearse(handler, 'POST /start', { phone_number: '+12025550123' });
    expect(statusCode).toBe(202);
    expect(peers.take()).toEqual([]);
    expect(written).toEqual([]);
  });

  it('records a webhook, and nobody hears of it', async () => {
    const { createHandler } = await import('../../../functions/webhook/handler.ts');
    const { webhookNeeds } = await import('../../../shared/dependencies/dependencies.ts');
    peers.take();
    const pushes: string[] = [];
    const rehearsal = createRehearsal();
    const pusher = {
      ...rehearsal.pusher,
      push: async (_: readonly string[], { status }: { readonly status: string }) => {
        pushes.push(status);
        return [];
      },
    };
    const handler = createHandler(webhookNeeds({ ...rehearsal, pusher }));
    const token = signExample(EXAMPLE_WEBHOOK);
    const { statusCode } = await rehearse(handler, 'POST /webhook', EXAMPLE_WEBHOOK, token);
    expect(statusCode).toBe(204);
    expect(pushes).toEqual(['action_pending']);
    expect(peers.take()).toEqual([]);
    expect(written).toEqual([]);
  });

  it('signs what no secret but the example’s verifies', async () => {
    const { createHandler } = await import('../../../functions/webhook/handler.ts');
    const { webhookNeeds } = await import('../../../shared/dependencies/dependencies.ts');
    const handler = createHandler(webhookNeeds());
    const token = signExample(EXAMPLE_WEBHOOK);
    const answer = await rehearse(handler, 'POST /webhook', EXAMPLE_WEBHOOK, token);
    expect(answer.statusCode).toBe(401);
  });
});
