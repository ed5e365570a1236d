/**
 * Decides who may use the page. It shows codes and stored items, so a foreign web page in the same
 * browser must not reach them, neither directly nor by a name that points here (DNS rebinding).
 */
import type { IncomingMessage } from 'node:http';
import type { Endpoints } from '../endpoints.ts';

/** True when the `Host` is the API's address, or `localhost` with its port. */
export function isOwnHost({ headers }: IncomingMessage, { api }: Endpoints): boolean {
  const { host, port } = new URL(api);
  return headers.host === host || headers.host === `localhost:${port}`;
}

/**
 * False for requests from other sites. Browsers always send the origin of a request; other programs
 * send none and are allowed.
 */
export function isFromPage({ headers }: IncomingMessage): boolean {
  const site = headers['sec-fetch-site'] ?? 'same-origin';
  const origin = headers.origin ?? `http://${headers.host}`;
  return site === 'same-origin' && origin === `http://${headers.host}`;
}

/**
 * The page loads nothing from other sites, and text never becomes code.
 * @param script the only inline script that is allowed
 */
export function createSecurityHeaders(
  { websocket }: Endpoints,
  script = "'self'",
): Readonly<Record<string, string>> {
  const { host, port } = new URL(websocket);
  const policy = [
    "default-src 'none'",
    `script-src ${script}`,
    "style-src 'self'",
    "img-src 'self'",
    `connect-src 'self' ws://${host} ws://localhost:${port}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ];
  return {
    'content-security-policy': policy.join('; '),
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
  };
}
