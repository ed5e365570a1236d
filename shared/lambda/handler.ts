/**
 * The chain around every handler: errors become answers, answers get their headers, and each
 * invocation writes one log line.
 */

import middy from '@middy/core';
import type {
  APIGatewayProxyEventV2,
  APIGatewayProxyStructuredResultV2,
  Context,
} from 'aws-lambda';
import { CORRELATOR_PATTERN } from '../config.ts';
import type { HttpAnswer } from './http-answer.ts';
import { measureFault } from './measure-fault.ts';
import { problemCode, problemStatus, toProblemAnswer } from './problem.ts';
import type { InvocationTelemetry } from './telemetry.ts';
import { isWarmUp } from './warm-up-event.ts';

/** What the functions read of an event of the HTTP API, payload format 2.0. */
export interface HttpRequest
  extends Pick<APIGatewayProxyEventV2, 'routeKey' | 'headers' | 'body' | 'isBase64Encoded'> {
  readonly requestContext: {
    readonly routeKey: string;
    readonly domainName: string;
    readonly http: { readonly sourceIp: string };
    readonly authorizer?: { readonly jwt?: { readonly claims: Record<string, unknown> } };
  };
}

/** The same of the WebSocket API: `$connect` has headers in their original casing, others a body. */
export interface WebSocketRequest {
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly multiValueHeaders?: Readonly<Record<string, readonly string[] | undefined>>;
  readonly body?: string;
  readonly requestContext: {
    readonly routeKey: string;
    readonly domainName: string;
    readonly connectionId: string;
    readonly connectedAt: number;
  };
}

export type LambdaHandler<Request> = (
  request: Request,
  context: Context,
) => Promise<APIGatewayProxyStructuredResultV2>;

/** A handler of the HTTP API; its errors become problem+json. */
export function httpHandler(
  telemetry: InvocationTelemetry,
  route: (request: HttpRequest) => Promise<HttpAnswer>,
): LambdaHandler<HttpRequest> {
  return chain(telemetry, route, toProblemAnswer);
}

/** A handler of the WebSocket API; `onError` maps an error to the answer for the caller. */
export function webSocketHandler(
  telemetry: InvocationTelemetry,
  route: (request: WebSocketRequest) => Promise<HttpAnswer>,
  onError: (error: unknown) => HttpAnswer,
): LambdaHandler<WebSocketRequest> {
  return chain(telemetry, route, onError);
}

function chain<Request extends HttpRequest | WebSocketRequest>(
  telemetry: InvocationTelemetry,
  route: (request: Request) => Promise<HttpAnswer>,
  onError: (error: unknown) => HttpAnswer,
): LambdaHandler<Request> {
  let startedAt = 0;
  const finish = (request: Request, answer: HttpAnswer, error?: unknown) => {
    const outcome = error === undefined ? 'ok' : problemCode(error);
    const milliseconds = Math.round(performance.now() - startedAt);
    const { status } = answer;
    const correlator = correlatorOf(request);
    telemetry.flush(
      { outcome, status, milliseconds, ...(isLoggable(correlator) && { correlator }) },
      error !== undefined && problemStatus(error) >= 500 ? error : undefined,
    );
    return toResult(answer, correlator);
  };
  const handler = middy<Request, APIGatewayProxyStructuredResultV2>({ timeoutEarlyInMillis: 0 })
    .before(({ event }) => {
      startedAt = performance.now();
      telemetry.annotate({ route: event.requestContext.routeKey });
    })
    .onError((request) => {
      measureFault(request.error, telemetry, request.context);
      request.response = finish(request.event, onError(request.error), request.error);
    })
    .handler(async (event) => finish(event, await route(event)));
  return async (request, context) => (isWarmUp(request) ? {} : handler(request, context));
}

/** What the caller sent as `x-correlator`, when it has the agreed form. */
function correlatorOf({ headers }: HttpRequest | WebSocketRequest): string | undefined {
  const correlator = headers?.['x-correlator'];
  return correlator !== undefined && CORRELATOR_PATTERN.test(correlator) ? correlator : undefined;
}

/** A correlator could be a phone number without its `+`. */
function isLoggable(correlator: string | undefined): correlator is string {
  return correlator !== undefined && !/\d{7}/.test(correlator);
}

function toResult(
  { status, body, headers }: HttpAnswer,
  correlator: string | undefined,
): APIGatewayProxyStructuredResultV2 {
  return {
    statusCode: status,
    headers: {
      'cache-control': 'no-store',
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(correlator !== undefined && { 'x-correlator': correlator }),
      ...headers,
    },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  };
}
