/**
 * The event of an HTTP API in payload format 2.0.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
import { isUtf8 } from 'node:buffer';
import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type { Api, Route } from '../template/apis.ts';
import { toSourceIp, wireHeaders } from './headers.ts';
import type { JwtClaims } from './jwt-authorizer.ts';
import { formatRequestTime } from './request-time.ts';

export interface HttpEventInput {
  readonly api: Api;
  readonly route: Route;
  readonly request: IncomingMessage;
  readonly body: Buffer;
  readonly domainName: string;
  readonly claims: JwtClaims | undefined;
  readonly receivedAt: Date;
}

/** The event that a function behind the gateway receives. */
export type HttpEvent = Omit<APIGatewayProxyEventV2, 'requestContext'> & {
  readonly requestContext: APIGatewayProxyEventV2['requestContext'] & {
    readonly authorizer?: { readonly jwt: JwtClaims };
  };
};

export function toHttpEvent(input: HttpEventInput): HttpEvent {
  const { api, route, request, body, domainName, claims, receivedAt } = input;
  const [path = '/', ...query] = (request.url ?? '/').split('?');
  const rawQueryString = query.join('?');
  const { cookie, ...headers } = joinedHeaders(request);
  const sourceIp = toSourceIp(request);
  const forwardedFor = headers['x-forwarded-for'];
  const queryStringParameters = toQueryParameters(rawQueryString);
  return {
    version: '2.0',
    routeKey: route.routeKey,
    rawPath: path,
    rawQueryString,
    ...(cookie === undefined ? {} : { cookies: cookie.split(/;\s*/) }),
    headers: {
      ...headers,
      'x-amzn-trace-id': toTraceId(receivedAt),
      'x-forwarded-for': forwardedFor === undefined ? sourceIp : `${forwardedFor}, ${sourceIp}`,
      'x-forwarded-port': domainName.split(':')[1] ?? '443',
      'x-forwarded-proto': 'http',
    },
    ...(queryStringParameters === undefined ? {} : { queryStringParameters }),
    requestContext: {
      accountId: api.accountId,
      apiId: api.apiId,
      ...(claims === undefined ? {} : { authorizer: { jwt: claims } }),
      domainName,
      domainPrefix: domainName.split('.')[0] ?? domainName,
      http: {
        method: request.method ?? 'GET',
        path,
        protocol: `HTTP/${request.httpVersion}`,
        sourceIp,
        userAgent: headers['user-agent'] ?? '',
      },
      requestId: toRequestId(),
      routeKey: route.routeKey,
      stage: api.stage,
      time: formatRequestTime(receivedAt),
      timeEpoch: receivedAt.getTime(),
    },
    ...toBody(body, headers['content-type'] ?? ''),
  };
}

/** Lower-cased names; a repeated header's values joined with a comma. */
function joinedHeaders(request: IncomingMessage): Record<string, string> {
  const headers = new Map<string, string>();
  for (const [name, value] of wireHeaders(request)) {
    const key = name.toLowerCase();
    const before = headers.get(key);
    const separator = key === 'cookie' ? '; ' : ',';
    headers.set(key, before === undefined ? value : `${before}${separator}${value}`);
  }
  return Object.fromEntries(headers);
}

function toQueryParameters(rawQueryString: string): Record<string, string> | undefined {
  if (rawQueryString === '') return undefined;
  const parameters = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(rawQueryString)) {
    const before = parameters.get(name);
    parameters.set(name, before === undefined ? value : `${before},${value}`);
  }
  return Object.fromEntries(parameters);
}

/** A body stays text only when its content type is a text type and its bytes are UTF-8. */
function toBody(
  body: Buffer,
  contentType: string,
): { readonly body?: string; readonly isBase64Encoded: boolean } {
  if (body.length === 0) return { isBase64Encoded: false };
  const type = contentType.split(';')[0]?.trim().toLowerCase() ?? '';
  const isText = /^text\/|^application\/(json|javascript|xml)$|^application\/.+\+(json|xml)$/;
  return isText.test(type) && isUtf8(body)
    ? { body: body.toString('utf8'), isBase64Encoded: false }
    : { body: body.toString('base64'), isBase64Encoded: true };
}

function toTraceId(at: Date): string {
  const seconds = Math.floor(at.getTime() / 1000).toString(16);
  return `Root=1-${seconds}-${randomBytes(12).toString('hex')}`;
}

/** An id such as `JKJaXmPLvHcESHA=`. */
export function toRequestId(): string {
  return `${randomBytes(11).toString('base64url')}=`;
}
