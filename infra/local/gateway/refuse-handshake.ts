/** The answer to a WebSocket handshake that is not accepted. */
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';

export function refuseHandshake(
  socket: Duplex,
  status: number,
  body: { readonly message: string; readonly connectionId: string; readonly requestId: string },
): void {
  const text = JSON.stringify(body);
  socket.end(
    [
      `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
      'content-type: application/json',
      `content-length: ${Buffer.byteLength(text)}`,
      'connection: close',
      '',
      text,
    ].join('\r\n'),
  );
}
