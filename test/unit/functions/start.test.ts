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

it.each<[from: string, status: number, stage: Stage, headers: Record<string, string>]>([
  ['through CloudFront, where it is the only way', 202, edgeThat(true, true), {}],
  ['through CloudFront, where there are others', 202, edgeThat(true, false), {}],
  ['past CloudFront, where it is not the only way', 202, edgeThat(false, false), {}],
  ['past CloudFront, where it is the only way', 404, edgeThat(false, true), {}],
  ['from a native app', 202, WEBVIEW, {}],
  ['from an allowed WebView', 202, WEBVIEW, from('capacitor://localhost')],
  [
    'from a foreign page, where the gateway cannot refuse it',
    403,
    WEBVIEW,
    from('https://x.example'),
  ],
  ['from a page without an origin', 403, WEBVIEW, from('null')],
])(
  'POST /start %s is answered %i, a refusal before anything is counted',
  async (_from, status, stage, headers) => {
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
  },
);
