/**
 * T22: a code that ran through a mailbox and a phone proves neither. The order that reached Vonage
 * says which channels share one.
 */

import type { ProviderRequest } from '../vonage/provider-request.ts';
import type { World } from '../world.ts';
import { get, sightings } from './objects.ts';
import { askedProofs, toIssued } from './proof-facts.ts';
import type { Violation } from './violation.ts';

export function judgeSharedCodes({ history, provider }: World): readonly Violation[] {
  const provesNothing = (requestId: string): boolean => {
    const request = provider.find(requestId);
    return request !== undefined && isAmbiguous(request);
  };
  const seen = sightings(history)
    .filter(({ requestId }) => provesNothing(requestId))
    .filter(({ object }) =>
      ['phone_number', 'email'].some((name) => get(object, 'verified', name) === true),
    )
    .map(({ requestId, who, atMs }) => ({
      invariant: 'T22',
      message: `${who} saw ${requestId} verified by a code that two addresses share`,
      requestId,
      atMs,
    }));
  const proven = askedProofs(history.facts)
    .flatMap(toIssued)
    .filter(({ requestId, claims }) => provesNothing(requestId) && namesAnAddress(claims))
    .map(({ requestId, request }) => ({
      invariant: 'T22',
      message: `the proof of ${requestId} for ${request.from} names an address`,
      requestId,
    }));
  return [...seen, ...proven];
}

function namesAnAddress({ phone_number: number, email }: Readonly<Record<string, unknown>>) {
  return number !== undefined || email !== undefined;
}

/** Mail and phone share a code, and the code of silent_auth did not decide. */
function isAmbiguous({ steps, sharesCode }: ProviderRequest): boolean {
  const codes = steps.filter(({ channel }) => channel !== 'silent_auth');
  const byMail = codes.filter(({ channel }) => channel === 'email').length;
  const bySilentAuth = steps.some(
    ({ channel, status }) => channel === 'silent_auth' && status === 'completed',
  );
  return sharesCode && byMail > 0 && byMail < codes.length && !bySilentAuth;
}
