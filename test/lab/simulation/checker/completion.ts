/** S1: nothing is completed, or verified, that Vonage did not complete for a code of the token's holder. */

import type { History } from '../history.ts';
import type { World } from '../world.ts';
import { completionOf, exchanges, get, isVerified, type Sighting, sightings } from './objects.ts';
import type { Report } from './violation.ts';

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
  if (status !== 'completed') {
    const isEither = isVerified(object, 'phone_number') || isVerified(object, 'email');
    return isEither ? 'verified' : undefined;
  }
  const completion = completionOf(history, requestId, atMs);
  if (!completion) return 'Vonage has not completed it';
  if (!wasAskedFor(history, seen)) return 'nobody submitted a code';
  const other = completion.channel === 'email' ? 'phone_number' : 'email';
  return isVerified(object, other)
    ? `${other} is verified through ${completion.channel}`
    : undefined;
}

/** A check-code by the holder of the token, for this very request, before. */
function wasAskedFor(history: History, { requestId, atMs }: Sighting): boolean {
  return exchanges(history, 'POST /check-code').some(
    ({ request }) =>
      request.atMs <= atMs &&
      request.bearer?.startsWith(`${requestId}.`) === true &&
      get(request.body, 'request_id') === requestId,
  );
}
