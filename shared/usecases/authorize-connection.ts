/** Authorizes a WebSocket handshake. */

import type { ClientToken, VerificationLog } from '../domain/ports/verification-log.ts';
import { ownEntry } from './own-entry.ts';

/**
 * One read and no write. Only `subscribe` registers a connection: during the handshake a push would
 * get 410, and the connection would be removed. Throws `client_token_invalid`.
 */
export async function authorizeConnection(
  token: ClientToken,
  needs: { readonly log: VerificationLog },
): Promise<void> {
  await ownEntry(token, needs);
}
