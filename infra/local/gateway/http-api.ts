/**
 * The HTTP API: finds the route, does what API Gateway does before and after a function, and gives
 * API Gateway's own answers, `{"message": …}`, where no function is called.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Api, Route } from '../template/apis.ts';
import { isPreflight, toCorsHeaders } from './cors.ts';
import { areHeadersTooLarge } from './headers.ts';
import { toHttpEvent, toRequestId } from './http-event.ts';
import { type GatewayHeaders, writeFunctionResponse, writeMessage } from './http-response.ts';
import { callIntegration, type Invoke } from './integration.ts';
import { createJwtVerifier, type JwtClaims, type JwtVerifier } from './jwt-authorizer.ts';
import { readBody } from './request-body.ts';
import { createTokenBucket, type TokenBucket } from './throttle.ts';

/** Answers a request outside of the template's APIs, such as a page; returns true if it did. */
export type ServePage = (request: IncomingMessage, response: ServerResponse) => boolean;

export interface HttpApiOptions {
  readonly api: Api;
  /** `host:port` of the listener. */
  readonly domainName: string;
  readonly invoke: Invoke;
}

type RequestListener = (request: IncomingMessage, response: ServerResponse) => void;

interface GuardedRoute {
  readonly route: Route;
  readonly bucket: TokenBucket;
  readonly verifier: JwtVerifier | undefined;
}

export function createHttpApi(options: HttpApiOptions): RequestListener {
  const { api } = options;
  const routes = new Map(api.routes.map((route) => [route.routeKey, guard(route)]));

  return (request, response) => {
    response.setHeader('apigw-requestid', toRequestId());
    request.on('error', () => response.destroy());
    answer(request, response).catch(() => response.destroy());
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const receivedAt = new Date();
    const cors = api.cors ? toCorsHeaders(api.cors, request) : {};
    const refuse = (status: number, message: string): void =>
      writeMessage(response, status, message, cors);
    if (areHeadersTooLarge(request)) return refuse(431, 'Request Header Fields Too Large');
    if (api.cors && isPreflight(request)) return void response.writeHead(204, cors).end();
    const path = request.url?.split('?')[0] ?? '/';
    const guarded = routes.get(`${request.method} ${path}`) ?? routes.get(`ANY ${path}`);
    if (!guarded) return refuse(404, 'Not Found');
    const { route, bucket, verifier } = guarded;
    if (!bucket.take()) return refuse(429, 'Too Many Requests');
    const authorization = await verifier?.authorize(request.headers);
    if (authorization?.type === 'unauthorized') return refuse(401, 'Unauthorized');
    if (authorization?.type === 'forbidden') return refuse(403, 'Forbidden');
    const body = await readBody(request);
    if (!body) return refuse(413, 'Request Entity Too Large');
    await callRoute(
      { route, request, body, receivedAt, claims: authorization?.jwt },
      response,
      cors,
    );
  }

  async function callRoute(
    call: {
      readonly route: Route;
      readonly request: IncomingMessage;
      readonly body: Buffer;
      readonly receivedAt: Date;
      readonly claims: JwtClaims | undefined;
    },
    response: ServerResponse,
    cors: GatewayHeaders,
  ): Promise<void> {
    const event = toHttpEvent({ api, domainName: options.domainName, ...call });
    const result = await callIntegration(call.route, event, options.invoke);
    if (result.type === 'returned') writeFunctionResponse(response, result.value, cors);
    else if (result.type === 'timed_out' || result.type === 'throttled') {
      writeMessage(response, 503, 'Service Unavailable', cors);
    } else writeMessage(response, 500, 'Internal Server Error', cors);
  }
}

function guard(route: Route): GuardedRoute {
  return {
    route,
    bucket: createTokenBucket(route.throttle, () => performance.now()),
    verifier: route.authorizer && createJwtVerifier(route.authorizer),
  };
}
