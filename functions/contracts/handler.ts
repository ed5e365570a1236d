/** `GET /openapi.json`, `GET /asyncapi.json`: 200 with the contract of this deployment. */

import asyncapi from '../../docs/asyncapi.json' with { type: 'json' };
import openapi from '../../docs/openapi.json' with { type: 'json' };
import { type HttpRequest, httpHandler, type LambdaHandler } from '../../shared/lambda/handler.ts';
import type { HandlerNeeds } from '../../shared/lambda/needs.ts';

export interface ContractsHandlerNeeds extends HandlerNeeds {
  readonly publicUrl: string;
  readonly websocketUrl: string;
}

export function createContractsHandler({
  telemetry,
  publicUrl,
  websocketUrl,
}: ContractsHandlerNeeds): LambdaHandler<HttpRequest> {
  const { host, protocol, pathname } = new URL(websocketUrl);
  const push = {
    ...asyncapi.servers.push,
    host,
    protocol: protocol.slice(0, -1),
    ...(pathname !== '/' && { pathname }),
  };
  const documents: Readonly<Record<string, string>> = {
    'GET /openapi.json': JSON.stringify({ ...openapi, servers: [{ url: publicUrl }] }),
    'GET /asyncapi.json': JSON.stringify({ ...asyncapi, servers: { push } }),
  };
  return httpHandler(telemetry, async ({ requestContext }) => ({
    status: 200,
    body: documents[requestContext.routeKey],
    headers: { 'cache-control': 'public, max-age=300' },
  }));
}
