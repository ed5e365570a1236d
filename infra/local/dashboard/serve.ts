/** `/dashboard` of a running stack: the page, drawn at every request. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { isTrustedOrigin } from '../access.ts';
import { readCollected } from './collected.ts';
import { readMonitoring } from './monitoring.ts';
import { renderPage } from './page.ts';

const PATH = '/dashboard';

/** Answers a request for the page; returns true if it did. */
export function serveDashboard(
  folder: string,
  request: IncomingMessage,
  response: ServerResponse,
): boolean {
  if (request.method !== 'GET' || request.url?.split('?')[0] !== PATH) return false;
  if (!isTrustedOrigin(request, [`http://${request.headers.host}`])) {
    response.writeHead(403).end();
    return true;
  }
  response
    .writeHead(200, {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'",
    })
    .end(renderPage(readMonitoring(folder), readCollected(folder)));
  return true;
}
