/** Who sent a request, as far as the gateway vouches for it. */

import type { Caller } from '../domain/ports.ts';
import type { HttpRequest } from './handler.ts';

/** The source address that the gateway saw, never `X-Forwarded-For` (T16); the authorizer's `sub`. */
export function callerOf({ requestContext }: HttpRequest): Caller {
  const subject = requestContext.authorizer?.jwt?.claims.sub;
  const address = requestContext.http.sourceIp;
  return typeof subject === 'string' && subject !== '' ? { address, subject } : { address };
}
