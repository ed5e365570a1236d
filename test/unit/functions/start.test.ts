import type { Context } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { createStartHandler, type StartHandlerNeeds } from '../../../functions/start/handler.ts';
import { httpRequest } from '../../fixtures/requests.ts';
import { START, startWorld } from '../../fixtures/start-world.ts';

const WEBSOCKET_URL = 'wss://sockets.example.com/dev';

async function call(edge?: StartHandlerNeeds['edge']) {
  const { needs, calls } = startWorld();
  const handler = createStartHandler({
    ...needs,
    budget: () => ({ lastCallAtMs: Number.MAX_SAFE_INTEGER }),
    telemetry: { measure: () => {}, annotate: () => {}, flush: () => {} },
    websocketUrl: WEBSOCKET_URL,
    ...(edge && { edge }),
  });
  const body = JSON.stringify({ phone_number: START.phoneNumber, channels: ['silent_auth'] });
  const request = httpRequest({ 'content-type': 'application/json' }, { body });
  const { statusCode, body: answered = '' } = await handler(request, {} as Context);
  return { status: statusCode, answer: JSON.parse(answered), calls };
}

const edgeThat = (isFromEdge: boolean, isOnlyWay: boolean): StartHandlerNeeds['edge'] => ({
  isFromEdge: async () => isFromEdge,
  isOnlyWay,
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
  ])('is found %s', async (_way, edge) => {
    expect((await call(edge)).status).toBe(202);
  });

  it('is not there past CloudFront, where that is the only way', async () => {
    const { status, answer, calls } = await call(edgeThat(false, true));
    expect(status).toBe(404);
    expect(answer).toEqual({ message: 'Not Found' });
    expect(calls).toEqual([]);
  });
});
