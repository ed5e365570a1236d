/**
 * A listener of the gateway. It accepts every loopback address, so that clients at 127.0.0.2 and
 * 127.0.0.1 are different callers. Nobody outside this machine can connect.
 */
import { createServer, type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { type Access, refusalOf } from '../access.ts';
import { listen } from '../listen.ts';
import { writeMessage } from './http-response.ts';

/** Answers requests once the stack is ready. */
export interface ListenerHandlers {
  handleRequest(request: IncomingMessage, response: ServerResponse): void;
  /** @default an upgrade gets the answer of an unknown route */
  handleUpgrade?(request: IncomingMessage, socket: Duplex, head: Buffer): void;
}

export interface Listener {
  /** `127.0.0.1:<port>`. */
  readonly host: string;
  /** Sets the handlers; before that every request is answered 503. */
  attach(handlers: ListenerHandlers): void;
  close(): Promise<void>;
}

/** Longer than API clients keep idle connections, as API Gateway does. */
const KEEP_ALIVE_MS = 65_000;

/** @throws LocalStackError when the port is in use */
export async function openListener(port: number, access: Access): Promise<Listener> {
  let handlers: ListenerHandlers | undefined;
  // A client that offers an upgrade to HTTP/2, as Java's client does, gets an ordinary answer.
  const shouldUpgradeCallback = (): boolean => handlers?.handleUpgrade !== undefined;
  const server = createServer({ shouldUpgradeCallback }, (request, response) => {
    const status = refusalOf(request, access) ?? (handlers ? undefined : 503);
    if (status) writeMessage(response, status, STATUS_CODES[status] ?? '');
    else handlers?.handleRequest(request, response);
  });
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.on('connection', (socket) => {
    if (!isLoopback(socket.remoteAddress)) socket.destroy();
  });
  server.on('upgrade', (request, socket, head) => {
    const status = refusalOf(request, access) ?? (handlers?.handleUpgrade ? undefined : 404);
    if (status) {
      socket.on('error', () => socket.destroy());
      socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\ncontent-length: 0\r\n\r\n`);
    } else handlers?.handleUpgrade?.(request, socket, head);
  });
  const bound = await listen(server, port, '0.0.0.0');
  return {
    host: `127.0.0.1:${bound.port}`,
    attach(given) {
      handlers = given;
    },
    close() {
      const closed = new Promise<void>((done) => server.close(() => done()));
      server.closeAllConnections();
      return closed;
    },
  };
}

function isLoopback(address: string | undefined): boolean {
  return address === '::1' || /^(::ffff:)?127\./.test(address ?? '');
}
