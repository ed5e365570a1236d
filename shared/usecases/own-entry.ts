/** The stored verification of a client token. */

import {
  type ClientToken,
  type Entry,
  isOwnedBy,
  type VerificationLog,
} from '../domain/ports/verification-log.ts';
import { unauthorized } from './refusals.ts';

/** One read. Throws `client_token_invalid` for unknown, foreign and malformed tokens alike. */
export async function ownEntry(
  token: ClientToken,
  { log }: { readonly log: VerificationLog },
): Promise<Entry> {
  const entry = await log.find(token.requestId);
  if (!entry || !isOwnedBy(entry, token)) throw unauthorized();
  return entry;
}
