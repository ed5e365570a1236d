/**
 * T22: a code that ran through a mailbox and a phone proves neither. The order that reached Vonage
 * says which channels share one.
 */

import type { ProviderRequest } from '../vonage/provider-request.ts';
import type { World } from '../world.ts';
import { isVerified, sightings } from './objects.ts';
import { issuedProofs } from './proof-facts.ts';
import type { Report } from './violation.ts';

export function checkSharedCodes({ history, provider }: World, report: Report): void {
  for (const { requestId, object, who, atMs } of sightings(history)) {
    const isAnyVerified = isVerified(object, 'phone_number') || isVerified(object, 'email');
    if (!isAnyVerified || !isAmbiguous(provider.find(requestId))) continue;
    const what = `${who} saw ${requestId} verified by a code that two addresses share`;
    report('T22', what, { requestId, atMs });
  }
  for (const { requestId, claims, request } of issuedProofs(history)) {
    const namesAny = claims.phone_number !== undefined || claims.email !== undefined;
    if (!namesAny || !isAmbiguous(provider.find(requestId))) continue;
    report('T22', `the proof of ${requestId} for ${request.from} names an address`, { requestId });
  }
}

/** Mail and phone share a code, and the code of silent_auth did not decide. */
function isAmbiguous(request: ProviderRequest | undefined): boolean {
  if (!request?.sharesCode) return false;
  const codes = request.steps.filter(({ channel }) => channel !== 'silent_auth');
  const byMail = codes.filter(({ channel }) => channel === 'email').length;
  const bySilentAuth = request.steps.some(
    ({ channel, status }) => channel === 'silent_auth' && status === 'completed',
  );
  return byMail > 0 && byMail < codes.length && !bySilentAuth;
}
