import type { Context } from 'aws-lambda';
import { expect, it } from 'vitest';
import { createStartHandler, type StartHandlerNeeds } from '../../../functions/start/handler.ts';
import { httpRequest } from '../../fixtures/requests.ts';
import { START, startWorld } from '../../fixtures/start-world.ts';

type Stage = Pick<StartHandlerNeeds, 'edge' | 'allowedOrigins'>;

const edgeThat = (isFromEdge: boolean, isOnlyWay: boolean): Stage => ({
  edge: { isFromEdge: async () => isFromEdge, isOnlyWay },
});
const WEBVIEW: Stage = { allowedOrigins: ['capacitor://localhost'] };
const from = (origin: string) => ({ origin });

it.each<[from: string, stage: Stage, headers: Record<string, string>, status: number]>([
  ['through CloudFront, where it is the only way', edgeThat(true, true), {}, 202],
  ['through CloudFront, where there are others', edgeThat(true, false), {}, 202],
  ['past CloudFront, where it is not the only way', edgeThat(false, false), {}, 202],
  ['past CloudFront, where it is the only way', edgeThat(false, true), {}, 404],
  ['from a native app', WEBVIEW, {}, 202],
  ['from an allowed WebView', WEBVIEW, from('capacitor://localhost'), 202],
  [
    'from a foreign page, where the gateway cannot refuse it',
    WEBVIEW,
    from('https://x.example'),
    403,
  ],
  ['from a page without an origin', WEBVIEW, from('null'), 403],
])('POST /start %s is answered as it must be, before anything is counted', async (...row) => {
  const [, stage, headers, status] = row;
  const { needs, calls } = startWorld();
  const handler = createStartHandler({
    ...needs,
    budget: () => ({ lastCallAtMs: Number.MAX_SAFE_INTEGER }),
    telemetry: { measure: () => {}, annotate: () => {}, flush: () => {} },
    websocketUrl: 'wss://sockets.example.com/dev',
    ...stage,
  });
  const body = JSON.stringify({ phone_number: START.phoneNumber, channels: ['silent_auth'] });
  const request = httpRequest({ 'content-type': 'application/json', ...headers }, { body });
  const answer = await handler(request, {} as Context);
  expect(answer.statusCode).toBe(status);
  if (status === 202) return;
  const message = status === 404 ? 'Not Found' : 'Forbidden';
  expect(JSON.parse(answer.body ?? '')).toEqual({ message });
  expect(calls).toEqual([]);
});
