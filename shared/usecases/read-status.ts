/** What a client asks for: the verification as it is now. */

import { type ClientToken, type Entry, isOwnedBy } from '../domain/ports.ts';
import type { Verification } from '../domain/verification.ts';
import { type AnnouncePorts, foldNow, notifyOfEnd, settle } from './announce.ts';
import { unauthorized } from './refusals.ts';

/** Reads once; ends what is overdue. Unknown, foreign and malformed tokens are refused alike. */
export async function readStatus(token: ClientToken, ports: AnnouncePorts): Promise<Verification> {
  const entry = await settle(await ownEntry(token, ports), ports);
  const { verification } = foldNow(entry, ports.clock);
  await notifyOfEnd(entry, verification, ports);
  return verification;
}

/** The item of the token's owner. */
export async function ownEntry(
  token: ClientToken,
  { log }: Pick<AnnouncePorts, 'log'>,
): Promise<Entry> {
  const entry = await log.find(token.requestId);
  if (!entry || !isOwnedBy(entry, token)) throw unauthorized();
  return entry;
}
