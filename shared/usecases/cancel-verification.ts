/** The app gives up. */

import type { Budget } from '../domain/ports/clock.ts';
import type { ClientToken } from '../domain/ports/verification-log.ts';
import type { Vonage } from '../domain/ports/vonage.ts';
import { isFinal, type Verification } from '../domain/verification.ts';
import { announce, foldNow, type PublishNeeds, settle } from './announce.ts';
import { tooManyEvents, unauthorized } from './refusals.ts';

export type CancelNeeds = PublishNeeds & { readonly vonage: Pick<Vonage, 'cancel'> };

/**
 * Cancels for good, then tells the app's sockets and Vonage. Safe to repeat: after the end it
 * answers with the object as it is. Vonage itself cancels only from 30 s on; its own clock ends the
 * request there otherwise.
 */
export async function cancelVerification(
  token: ClientToken,
  ports: CancelNeeds,
  budget: Budget,
): Promise<Verification> {
  const { log, vonage, clock } = ports;
  const event = { type: 'cancelled', atMs: clock.now() } as const;
  const appended = await log.append(token.requestId, event, token.hash);
  if (appended.outcome === 'unauthorized') throw unauthorized();
  const { changed, facts } = foldNow(appended.entry, clock);
  if (appended.outcome !== 'appended' || !changed || facts.ended?.by !== 'cancelled') {
    const { verification } = foldNow(await settle(appended.entry, ports), clock);
    if (!isFinal(verification)) throw tooManyEvents(verification, clock.now());
    return verification;
  }
  const [verification] = await Promise.all([
    announce(appended.entry, ports),
    vonage.cancel(token.requestId, budget),
  ]);
  return verification;
}
