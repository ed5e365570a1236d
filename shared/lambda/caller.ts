/** The sender of a request, from sources that the gateway guarantees. */

import { EDGE_HEADERS } from '../config.ts';
import type { Caller } from '../domain/ports/rate-limits.ts';
import type { HttpRequest } from './handler.ts';

/**
 * The source address that the gateway saw, never `X-Forwarded-For` (T16). CloudFront's header
 * counts only when the request proves that it came through our distribution. With an authorizer
 * also its `sub`.
 */
export function callerOf({ requestContext, headers }: HttpRequest, isFromEdge = false): Caller {
  const subject = requestContext.authorizer?.jwt?.claims.sub;
  const seen = isFromEdge ? viewerAddress(headers[EDGE_HEADERS.viewerAddress]) : undefined;
  const address = seen ?? requestContext.http.sourceIp;
  return typeof subject === 'string' && subject !== '' ? { address, subject } : { address };
}

/** `198.51.100.7:46532`, or `2001:db8::7:46532`, with brackets or without. */
function viewerAddress(text = ''): string | undefined {
  const [, bracketed, plain] = /^(?:\[([0-9a-f:]+)\]|([0-9a-f.:]+)):\d{1,5}$/i.exec(text) ?? [];
  return bracketed ?? plain;
}
