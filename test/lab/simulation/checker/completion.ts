/** S1, T22: nothing is completed or verified but what Vonage's completion proves. */

import type { Verification } from '../../../../infra/local/vonage/verification.ts';
import type { History } from '../history.ts';
import type { World } from '../world.ts';
import {
  completionOf,
  isVerified,
  type Report,
  type Sighting,
  sightings,
  submissions,
} from './objects.ts';
import { issuedProofs } from './proofs.ts';

/** S1: Vonage has completed it, for a code of the token's holder. */
export function checkCompletion({ history }: World, report: Report): void {
  for (const seen of sightings(history)) {
    const { requestId, via, who, atMs } = seen;
    const why = whyUnproven(seen, history);
    const what = `${who} saw ${requestId} as completed by ${via}`;
    if (why !== undefined) report('S1', `${what}: ${why}`, { requestId, atMs });
  }
}

function whyUnproven(seen: Sighting, history: History): string | undefined {
  const { object, status, requestId, atMs } = seen;
  if (status !== 'completed') return isAnyVerified(object) ? 'verified' : undefined;
  const completion = completionOf(history, requestId, atMs);
  if (!completion) return 'Vonage has not completed it';
  const isAskedFor = submissions(history, requestId).some((submitted) => submitted.atMs <= atMs);
  if (!isAskedFor) return 'nobody submitted a code';
  const other = completion.channel === 'email' ? 'phone_number' : 'email';
  return isVerified(object, other)
    ? `${other} is verified through ${completion.channel}`
    : undefined;
}

function isAnyVerified(object: unknown): boolean {
  return isVerified(object, 'phone_number') || isVerified(object, 'email');
}

/**
 * T22: a code that ran through a mailbox and a phone proves neither. The order that reached Vonage
 * says which channels share one.
 */
export function checkSharedCodes({ history, provider }: World, report: Report): void {
  for (const { requestId, object, who, atMs } of sightings(history)) {
    if (!isAnyVerified(object) || !isAmbiguous(provider.find(requestId))) continue;
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
function isAmbiguous(verification: Verification | undefined): boolean {
  const { workflow = [] } = verification ?? {};
  const codes = workflow.filter(({ order }) => order.channel !== 'silent_auth');
  const byMail = codes.filter(({ order }) => order.channel === 'email').length;
  const bySilentAuth = workflow.some(
    ({ order, status }) => order.channel === 'silent_auth' && status === 'completed',
  );
  const isShared = codes.some(({ order }) => order.reuseCode);
  return isShared && byMail > 0 && byMail < codes.length && !bySilentAuth;
}
