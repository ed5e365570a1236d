/**
 * T21, L3: a proof is given to the holder of the token once it is proven, and strangers learn
 * nothing.
 */

import type { Of } from '../history.ts';
import type { World } from '../world.ts';
import { exchanges, get, isVerified, sightings } from './objects.ts';
import { isHolder, MAX_WORK_MS, startBodyOf, WINDOW_MS } from './proof-facts.ts';
import type { Report } from './violation.ts';

export function checkProofRefusals(world: World, report: Report): void {
  for (const { request, answer } of exchanges(world.history, 'POST /proof')) {
    if (!answer || answer.status === 'crashed') continue;
    const { status, body, atMs } = answer;
    const requestId = request.bearer?.split('.')[0] ?? '';
    const what = `a proof of ${requestId} was answered ${status} ${get(body, 'code')}`;
    if (!isHolder({ request }, world)) {
      if (status !== 401 && status !== 503) report('T21', what, { requestId });
    } else if (status < 500 && status !== 200 && mustBeIssued(request, requestId, world)) {
      report('L3', what, { requestId, atMs });
    }
  }
}

function mustBeIssued(request: Of<'request'>, requestId: string, world: World): boolean {
  const { history, settings } = world;
  const seen = sightings(history).findLast(
    (one) =>
      one.requestId === requestId &&
      one.who === request.from &&
      one.status === 'completed' &&
      one.atMs <= request.atMs,
  );
  if (!seen) return false;
  const endedAtMs = Date.parse(String(seen.object.ended_at));
  const isInTime = request.atMs + MAX_WORK_MS + settings.instanceSkewMs < endedAtMs + WINDOW_MS;
  const start = startBodyOf(history, requestId);
  const mayName = (member: 'phone_number' | 'email'): boolean => {
    const named = get(request.body, member);
    const isTheirs = named === get(start, member) && isVerified(seen.object, member);
    return named === undefined || isTheirs;
  };
  return isInTime && mayName('phone_number') && mayName('email');
}
