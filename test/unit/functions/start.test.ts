import type { Context } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { createStartHandler, type StartHandlerNeeds } from '../../../functions/start/handler.ts';
import { httpRequest } from '../../fixtures/requests.ts';
import { START, startWorld } from '../../fixtures/start-world.ts';

const WEBSOCKET_URL = 'wss://sockets.example.com/dev';

async function call(
  more: Pick<StartHandlerNeeds, 'edge' | 'allowedOrigins'> = {},
  headers: Readonly<Record<string, string>> = {},
) {
  const { needs, calls } = startWorld();
  const handler = createStartHandler({
    ...needs,
    budget: () => ({ lastCallAtMs: Number.MAX_SAFE_INTEGER }),
    telemetry: { measure: () => {}, annotate: () => {}, flush: () => {} },
    websocketUrl: WEBSOCKET_URL,
    ...more,
  });
  const body = JSON.stringify({ phone_number: START.phoneNumber, channels: ['silent_auth'] });
  const request = httpRequest({ 'content-type': 'application/json', ...headers }, { body });
  const { statusCode, body: answered = '' } = await handler(request, {} as Context);
  return { status: statusCode, answer: JSON.parse(answered), calls };
}

const edgeThat = (isFromEdge: boolean, isOnlyWay: boolean) => ({
  edge: { isFromEdge: async () => isFromEdge, isOnlyWay },
});

describe('POST /start', () => {
  it('answers 202 with the token and where to listen', async () => {
    const { status, answer } = await call();
    expect(status).toBe(202);
    expect(answer).toMatchObject({
      request_id: expect.stringMatching(/./),
      client_token: `${answer.request_id}.token`,
      websocket_url: WEBSOCKET_URL,
      verification: { status: 'pending', channel: 'silent_auth' },
    });
  });

  it.each([
    ['through CloudFront, where it is the only way', edgeThat(true, true)],
    ['through CloudFront, where there are others', edgeThat(true, false)],
    ['past CloudFront, where it is not the only way', edgeThat(false, false)],
  ])('answers 202 %s', async (_way, edge) => {
    expect((await call(edge)).status).toBe(202);
  });

  it('answers 404 past CloudFront where CloudFront is the only way', async () => {
    const { status, answer, calls } = await call(edgeThat(false, true));
    expect(status).toBe(404);
    expect(answer).toEqual({ message: 'Not Found' });
    expect(calls).toEqual([]);
  });

  it.each([
    [{}, 202],
    [{ origin: 'capacitor://localhost' }, 202],
    [{ origin: 'https://evil.example' }, 403],
    [{ origin: 'null' }, 403],
  ])('refuses foreign pages where the gateway cannot: %j, %i', async (headers, status) => {
    const { calls, ...answered } = await call(
      { allowedOrigins: ['capacitor://localhost'] },
      headers,
    );
    expect(answered.status).toBe(status);
    if (status === 202) return;
    expect(answered.answer).toEqual({ message: 'Forbidden' });
    expect(calls).toEqual([]);
  });
});
