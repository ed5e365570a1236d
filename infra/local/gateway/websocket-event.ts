/**
 * The events of a WebSocket API. Unlike HTTP events they keep the casing of header names, and only
 * `$connect` has headers at all.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-mapping-template-reference.html
 */
import type { IncomingMessage } from 'node:http';
import type { APIGatewayEventWebsocketRequestContextV2 } from 'aws-lambda';
import type { Api } from '../template/apis.ts';
import { toSourceIp, wireHeaders } from './headers.ts';
import { toRequestId } from './http-event.ts';
import { formatRequestTime } from './request-time.ts';

export interface SocketIdentity {
  readonly connectionId: string;
  readonly connectedAt: Date;
  readonly sourceIp: string;
  readonly userAgent: string | undefined;
}

/** AWS's types lack `identity` and require a message id, which a handshake does not have. */
type RequestContext = Omit<APIGatewayEventWebsocketRequestContextV2, 'messageId'> & {
  readonly messageId?: string;
  readonly identity: { readonly sourceIp: string; readonly userAgent?: string };
};

export interface ConnectEvent {
  readonly headers: Readonly<Record<string, string>>;
  readonly multiValueHeaders: Readonly<Record<string, string[]>>;
  readonly queryStringParameters?: Readonly<Record<string, string>>;
  readonly multiValueQueryStringParameters?: Readonly<Record<string, string[]>>;
  readonly requestContext: RequestContext;
  readonly isBase64Encoded: false;
}

export interface MessageEvent {
  readonly requestContext: RequestContext;
  readonly body: string;
  readonly isBase64Encoded: false;
}

export function toConnectEvent(
  api: Api,
  domainName: string,
  identity: SocketIdentity,
  request: IncomingMessage,
): ConnectEvent {
  const sourceIp = toSourceIp(request);
  const added = [
    ['X-Forwarded-For', sourceIp],
    ['X-Forwarded-Port', domainName.split(':')[1] ?? '443'],
    ['X-Forwarded-Proto', 'http'],
  ] as const;
  const multiValueHeaders = group([...wireHeaders(request), ...added]);
  const query = [...new URL(request.url ?? '/', 'http://local').searchParams];
  const multiValueQueryStringParameters = group(query);
  return {
    headers: lastOfEach(multiValueHeaders),
    multiValueHeaders,
    ...(query.length === 0
      ? {}
      : {
          queryStringParameters: lastOfEach(multiValueQueryStringParameters),
          multiValueQueryStringParameters,
        }),
    requestContext: toRequestContext(api, domainName, identity, '$connect', 'CONNECT'),
    isBase64Encoded: false,
  };
}

export function toMessageEvent(
  api: Api,
  domainName: string,
  identity: SocketIdentity,
  routeKey: string,
  body: string,
): MessageEvent {
  return {
    requestContext: toRequestContext(api, domainName, identity, routeKey, 'MESSAGE'),
    body,
    isBase64Encoded: false,
  };
}

function toRequestContext(
  api: Api,
  domainName: string,
  { connectionId, connectedAt, sourceIp, userAgent }: SocketIdentity,
  routeKey: string,
  eventType: 'CONNECT' | 'MESSAGE',
): RequestContext {
  const now = new Date();
  const requestId = toRequestId();
  return {
    routeKey,
    ...(eventType === 'MESSAGE' ? { messageId: toRequestId() } : {}),
    eventType,
    extendedRequestId: requestId,
    requestTime: formatRequestTime(now),
    messageDirection: 'IN',
    stage: api.stage,
    connectedAt: connectedAt.getTime(),
    requestTimeEpoch: now.getTime(),
    identity: { ...(userAgent === undefined ? {} : { userAgent }), sourceIp },
    requestId,
    domainName,
    connectionId,
    apiId: api.apiId,
  };
}

function group(pairs: readonly (readonly [string, string])[]): Record<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const [name, value] of pairs) groups.set(name, [...(groups.get(name) ?? []), value]);
  return Object.fromEntries(groups);
}

function lastOfEach(groups: Readonly<Record<string, string[]>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(groups).map(([name, values]) => [name, values.at(-1) ?? '']),
  );
}
