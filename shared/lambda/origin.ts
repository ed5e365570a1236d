/** Which page a request comes from. */

import type { HttpRequest, WebSocketRequest } from './handler.ts';

/**
 * True without `Origin` (native apps), for the API's own (React Native sends it) and for those of
 * the stage.
 */
export function isAllowedOrigin(
  event: HttpRequest | WebSocketRequest,
  allowedOrigins: readonly string[],
): boolean {
  const origin = header(event, 'origin');
  if (origin === undefined) return true;
  return origin === `https://${event.requestContext.domainName}` || allowedOrigins.includes(origin);
}

/** The gateway keeps the casing of the client's header names in a handshake. */
export function header(
  { headers = {} }: Pick<WebSocketRequest, 'headers'>,
  name: string,
): string | undefined {
  const key = Object.keys(headers).find((known) => known.toLowerCase() === name);
  return key === undefined ? undefined : headers[key];
}
