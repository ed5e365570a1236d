/** The app's bearer, `<request_id>.<43 base64url characters>`; only its SHA-256 is ever stored. */

import { createHash } from 'node:crypto';
import type { ClientToken } from '../../domain/ports/verification-log.ts';

/**
 * 32 bytes are 43 characters, of which the last carries only four bits. Restricting it leaves one
 * spelling for each token.
 */
const FORM = /^([A-Za-z0-9-]{1,64})\.[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/;

/** `undefined` for a text that cannot be a client token. */
export function parseClientToken(text: string): ClientToken | undefined {
  const requestId = FORM.exec(text)?.[1];
  return requestId === undefined ? undefined : { requestId, hash: hashClientToken(text) };
}

export function hashClientToken(text: string): Uint8Array {
  return new Uint8Array(createHash('sha256').update(text).digest());
}
