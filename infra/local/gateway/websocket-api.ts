/**
 * The WebSocket API: handshakes through `$connect`, messages through the route that the selection
 * expression finds, the route's answer back to the client, and API Gateway's limits on frames and
 * time.
 */
import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { type RawData, type WebSocket, WebSocketServer } from 'ws';
import { z } from 'zod';
import { isTrustedOrigin } from '../access.ts';
import type { Api, Route } from '../template/apis.ts';
import {
  answerManagement,
  type Connection,
  type Connections,
  createConnectionId,
} from './connections.ts';
import { createFrameWatcher } from './frame-limit.ts';
import { toSourceIp } from './headers.ts';
import { toRequestId } from './http-event.ts';
import { writeMessage } from './http-response.ts';
import { callIntegration, type Invoke } from './integration.ts';
import { refuseHandshake } from './refuse-handshake.ts';
import { createRouteSelector } from './route-selector.ts';
import { createTokenBucket, type TokenBucket } from './throttle.ts';
import { type SocketIdentity, toConnectEvent, toMessageEvent } from './websocket-event.ts';

const MAX_MESSAGE_BYTES = 128 * 1024;
const IDLE_TIMEOUT_MS = 10 * 60_000;
const MAX_CONNECTION_MS = 2 * 60 * 60_000;
const GOING_AWAY = 1001;
const UNSUPPORTED_DATA = 1003;
const MESSAGE_TOO_BIG = 1009;

const proxyResponse = z.object({
  statusCode: z.number().default(200),
  headers: z.record(z.string(), z.coerce.string()).nullish(),
  body: z.string().nullish(),
});

export interface WebSocketApiOptions {
  readonly api: Api;
  /** `host:port` of the listener. */
  readonly domainName: string;
  readonly invoke: Invoke;
}

/** Serves handshakes and `@connections` on a listener. */
export interface WebSocketApi {
  handleRequest(request: IncomingMessage, response: ServerResponse): void;
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Ends every connection. */
  close(): void;
}

interface GuardedRoute {
  readonly route: Route;
  readonly bucket: TokenBucket;
}

export function createWebSocketApi({ api, domainName, invoke }: WebSocketApiOptions): WebSocketApi {
  const routes = new Map(api.routes.map((route) => [route.routeKey, guard(route)]));
  const connections: Connections = new Map();
  const selectedProtocols = new WeakMap<IncomingMessage, string>();
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_MESSAGE_BYTES,
    perMessageDeflate: false,
    handleProtocols: (_, request) => selectedProtocols.get(request) ?? false,
  });
  const selector = createRouteSelector(api.routeSelectionExpression);

  async function shakeHands(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const connectionId = createConnectionId();
    const refuse = (status: number, message = STATUS_CODES[status] ?? ''): void => {
      refuseHandshake(socket, status, { message, connectionId, requestId: toRequestId() });
    };
    const [path] = (request.url ?? '/').split('?');
    if (path !== `/${api.stage}` && path !== `/${api.stage}/`) return refuse(403);
    const identity: SocketIdentity = {
      connectionId,
      connectedAt: new Date(),
      sourceIp: toSourceIp(request),
      userAgent: request.headers['user-agent'],
    };
    const connect = routes.get('$connect');
    if (connect) {
      if (!connect.bucket.take()) return refuse(429, 'Too Many Requests');
      const event = toConnectEvent(api, domainName, identity, request);
      const result = await callIntegration(connect.route, event, invoke);
      if (result.type !== 'returned') return refuse(502, 'Internal server error');
      const answer = proxyResponse.safeParse(result.value ?? {});
      if (!answer.success) return refuse(502, 'Internal server error');
      const { statusCode, headers } = answer.data;
      if (statusCode < 200 || statusCode > 299) return refuse(statusCode);
      const protocol = findHeader(headers ?? {}, 'sec-websocket-protocol');
      if (protocol !== undefined) selectedProtocols.set(request, protocol);
    }
    if (socket.destroyed) return;
    sockets.handleUpgrade(request, socket, head, (webSocket) => open(webSocket, socket, identity));
  }

  function open(webSocket: WebSocket, socket: Duplex, identity: SocketIdentity): void {
    const { connectionId } = identity;
    const connection: Connection = {
      ...identity,
      lastActiveAt: new Date(),
      send(text) {
        if (webSocket.readyState !== webSocket.OPEN) return false;
        webSocket.send(text);
        idle.refresh();
        return true;
      },
      close: (code, reason) => closeSocket(webSocket, code, reason),
    };
    const idle = setTimeout(connection.close, IDLE_TIMEOUT_MS, GOING_AWAY, 'Going away');
    const lifetime = setTimeout(connection.close, MAX_CONNECTION_MS, GOING_AWAY, 'Going away');
    connections.set(connectionId, connection);
    const isTooLarge = createFrameWatcher();
    socket.prependListener('data', (chunk: Buffer) => {
      idle.refresh();
      if (isTooLarge(chunk)) connection.close(MESSAGE_TOO_BIG, 'Frame too long');
    });
    webSocket.on('error', () => webSocket.terminate());
    webSocket.on('close', () => {
      clearTimeout(idle);
      clearTimeout(lifetime);
      connections.delete(connectionId);
    });
    webSocket.on('message', (data, isBinary) => {
      if (webSocket.readyState !== webSocket.OPEN) return;
      if (isBinary) return connection.close(UNSUPPORTED_DATA, 'Binary is not supported');
      connection.lastActiveAt = new Date();
      void answerMessage(connection, identity, toText(data));
    });
  }

  async function answerMessage(
    connection: Connection,
    identity: SocketIdentity,
    body: string,
  ): Promise<void> {
    const { connectionId } = identity;
    const fail = (message: string): void => {
      connection.send(JSON.stringify({ message, connectionId, requestId: toRequestId() }));
    };
    const guarded = routes.get(selector(body) ?? '$default') ?? routes.get('$default');
    if (!guarded) return fail('Forbidden');
    if (!guarded.bucket.take()) return fail('Too Many Requests');
    const { route } = guarded;
    const event = toMessageEvent(api, domainName, identity, route.routeKey, body);
    const result = await callIntegration(route, event, invoke);
    if (result.type === 'timed_out') return fail('Endpoint request timed out');
    if (result.type !== 'returned') return fail('Internal server error');
    if (!route.answers) return;
    const answer = proxyResponse.safeParse(result.value ?? {});
    if (!answer.success) return fail('Internal server error');
    if (answer.data.body) connection.send(answer.data.body);
  }

  return {
    handleRequest(request, response) {
      const [path = ''] = (request.url ?? '').split('?');
      const prefix = `/${api.stage}/@connections/`;
      // Called by functions only, never by a web page.
      const isForeign = !path.startsWith(prefix) || !isTrustedOrigin(request, []);
      if (isForeign) return writeMessage(response, 403, 'Forbidden');
      const id = findConnectionId(path.slice(prefix.length));
      if (id === undefined) return writeMessage(response, 400, 'Bad Request');
      answerManagement(request, response, id, connections).catch(() => response.destroy());
    },
    handleUpgrade(request, socket, head) {
      socket.on('error', () => socket.destroy());
      shakeHands(request, socket, head).catch(() => socket.destroy());
    },
    close() {
      for (const connection of connections.values()) connection.close(GOING_AWAY, 'Going away');
      for (const webSocket of sockets.clients) webSocket.terminate();
    },
  };
}

function guard(route: Route): GuardedRoute {
  return { route, bucket: createTokenBucket(route.throttle, () => performance.now()) };
}

function findConnectionId(encoded: string): string | undefined {
  try {
    return decodeURIComponent(encoded);
  } catch {
    return undefined; // a stray percent sign
  }
}

function findHeader(headers: Readonly<Record<string, string>>, name: string): string | undefined {
  return Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1];
}

function toText(data: RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString('utf8');
  return (data instanceof ArrayBuffer ? Buffer.from(data) : data).toString('utf8');
}

/** Terminates the socket of a peer that does not answer the closing frame. */
function closeSocket(webSocket: WebSocket, code: number, reason: string): void {
  webSocket.close(code, reason);
  setTimeout(() => webSocket.terminate(), 1_000).unref();
}
