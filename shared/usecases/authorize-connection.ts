/** Authorizes a WebSocket handshake. */

import type { ClientToken, VerificationLog } from '../domain/ports/verification-log.ts';
import { ownEntry } from './own-entry.ts';

/**
 * One read and no write: a push during the handshake would answer 410 and lose the connection, so
 * only `subscribe` registers it. Throws `client_token_invalid`.
 */
export async function authorizeConnection(
  token: ClientToken,
  needs: { readonly log: VerificationLog },
): Promise<void> {
  await ownEntry(token, needs);
}
