/** What a client asks for: the verification as it is now. */

import { type ClientToken, type Entry, isOwnedBy } from '../domain/ports/verification-log.ts';
import type { Verification } from '../domain/verification.ts';
import { foldNow, notifyOfEnd, type PublishNeeds, settle } from './announce.ts';
import { unauthorized } from './refusals.ts';

/** Reads once; ends what is overdue. Unknown, foreign and malformed tokens are refused alike. */
export async function readStatus(token: ClientToken, ports: PublishNeeds): Promise<Verification> {
  const entry = await settle(await ownEntry(token, ports), ports);
  const { verification } = foldNow(entry, ports.clock);
  await notifyOfEnd(entry, verification, ports);
  return verification;
}

/** The item of the token's owner. */
export async function ownEntry(
  token: ClientToken,
  { log }: Pick<PublishNeeds, 'log'>,
): Promise<Entry> {
  const entry = await log.find(token.requestId);
  if (!entry || !isOwnedBy(entry, token)) throw unauthorized();
  return entry;
}
