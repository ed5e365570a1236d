/** Reads headers as they were sent: name, value, name, value. */
import type { IncomingMessage } from 'node:http';

/** Headers that the gateway does not forward. */
const HOP_BY_HOP = new Set(['connection', 'keep-alive', 'transfer-encoding', 'upgrade', 'te']);

/** Every header in its original casing and order, without those that are not forwarded. */
export function wireHeaders(request: IncomingMessage): (readonly [name: string, value: string])[] {
  const { rawHeaders } = request;
  const headers: (readonly [string, string])[] = [];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? '';
    if (!HOP_BY_HOP.has(name.toLowerCase())) headers.push([name, rawHeaders[index + 1] ?? '']);
  }
  return headers;
}

/** API Gateway refuses more than 10,240 bytes of request line and header values. */
export function areHeadersTooLarge(request: IncomingMessage): boolean {
  const values = request.rawHeaders.filter((_, index) => index % 2 === 1);
  const line = `${request.method} ${request.url}`;
  return [line, ...values].reduce((sum, value) => sum + value.length, 0) > 10_240;
}

/** The caller's address, IPv4 without its IPv6 prefix. */
export function toSourceIp(request: IncomingMessage): string {
  return (request.socket.remoteAddress ?? '').replace(/^::ffff:/, '');
}
