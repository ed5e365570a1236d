/**
 * CORS of the HTTP API: the gateway itself answers preflights and overrides the functions' CORS
 * headers.
 */
import type { IncomingMessage } from 'node:http';
import type { Cors } from '../template/apis.ts';

export function isPreflight({ method, headers }: IncomingMessage): boolean {
  return (
    method === 'OPTIONS' &&
    headers.origin !== undefined &&
    headers['access-control-request-method'] !== undefined
  );
}

/** Headers for the answer; none when the request has no origin or one that is not allowed. */
export function toCorsHeaders(cors: Cors, request: IncomingMessage): Record<string, string> {
  const { origin } = request.headers;
  if (origin === undefined || !cors.allowOrigins.some((allowed) => matches(allowed, origin))) {
    return {};
  }
  const headers: Record<string, string> = {
    'access-control-allow-origin': cors.allowOrigins.includes('*') ? '*' : origin,
  };
  if (!cors.allowOrigins.includes('*')) headers.vary = 'origin';
  if (cors.allowCredentials) headers['access-control-allow-credentials'] = 'true';
  if (cors.exposeHeaders.length > 0) {
    headers['access-control-expose-headers'] = cors.exposeHeaders.join(',');
  }
  if (!isPreflight(request)) return headers;
  if (cors.allowMethods.length > 0) {
    headers['access-control-allow-methods'] = cors.allowMethods.join(',');
  }
  if (cors.allowHeaders.length > 0) {
    headers['access-control-allow-headers'] = cors.allowHeaders.join(',');
  }
  if (cors.maxAgeSeconds !== undefined) {
    headers['access-control-max-age'] = String(cors.maxAgeSeconds);
  }
  return headers;
}

/** `*`, `https://*` or one whole origin. */
function matches(allowed: string, origin: string): boolean {
  return allowed.endsWith('*') ? origin.startsWith(allowed.slice(0, -1)) : allowed === origin;
}
