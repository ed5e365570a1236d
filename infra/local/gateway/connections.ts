/**
 * The open WebSocket connections, and the management API through which functions reach them:
 * `POST`, `GET`, `DELETE /<stage>/@connections/<id>`. A connection exists once `$connect` has
 * succeeded; before that, and after its end, it is gone: 410.
 */
import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { readBody } from './request-body.ts';

/** API Gateway sends at most 128 KB. */
const MAX_MESSAGE_BYTES = 128 * 1024;

export interface Connection {
  readonly connectionId: string;
  readonly connectedAt: Date;
  readonly sourceIp: string;
  readonly userAgent: string | undefined;
  lastActiveAt: Date;
  /** @returns false when the socket is already closing */
  send(text: string): boolean;
  close(code: number, reason: string): void;
}

/** By connection id. */
export type Connections = Map<string, Connection>;

/** An id such as `L0SM9cOFvHcCIhw=`. */
export function createConnectionId(): string {
  return `${randomBytes(11).toString('base64url')}=`;
}

/** Answers a request to `/@connections/<id>` below the stage. */
export async function answerManagement(
  request: IncomingMessage,
  response: ServerResponse,
  id: string,
  connections: Connections,
): Promise<void> {
  const fail = (status: number, type: string, message: string): void => {
    response
      .writeHead(status, { 'content-type': 'application/json', 'x-amzn-errortype': type })
      .end(JSON.stringify({ message }));
  };
  if (!request.headers.authorization?.startsWith('AWS4-HMAC-SHA256 ')) {
    return fail(403, 'MissingAuthenticationTokenException', 'Missing Authentication Token');
  }
  const body = await readBody(request);
  if (!body || body.length > MAX_MESSAGE_BYTES) {
    return fail(413, 'PayloadTooLargeException', 'Message too long');
  }
  const connection = connections.get(id);
  if (!connection) return fail(410, 'GoneException', 'Gone');
  if (request.method === 'POST') {
    if (!connection.send(body.toString('utf8'))) return fail(410, 'GoneException', 'Gone');
    connection.lastActiveAt = new Date();
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '0' }).end();
  } else if (request.method === 'GET') {
    const { connectedAt, lastActiveAt, sourceIp, userAgent } = connection;
    const identity = { sourceIp, userAgent };
    response
      .writeHead(200, { 'content-type': 'application/json' })
      .end(JSON.stringify({ connectedAt, identity, lastActiveAt }));
  } else if (request.method === 'DELETE') {
    connections.delete(id);
    connection.close(1000, '');
    response.writeHead(204).end();
  } else {
    fail(403, 'MissingAuthenticationTokenException', 'Missing Authentication Token');
  }
}
