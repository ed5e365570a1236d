/** Gives back the claims of a start that ends without a verification. */

import type { CountedOn } from '../../domain/ports/rate-limits.ts';
import type { Claimed } from './claimed.ts';
import type { StartContext } from './start-context.ts';

/** Vonage certainly has no request: number and idempotency key become free, the counts stay. */
export async function release({ start }: Claimed, { request, needs }: StartContext): Promise<void> {
  const { phoneNumber, idempotencyKey } = request;
  const writes = [needs.locks.release({ phoneNumber, owner: start.owner })];
  if (idempotencyKey !== undefined) writes.push(needs.idempotencyRecords.release(start));
  await Promise.all(writes);
}

/**
 * Vonage was not asked, or had another request: only the caller's own count stays. A lost start
 * that was taken over stays unresolved.
 */
export async function releaseAndGiveBack(claimed: Claimed, context: StartContext): Promise<void> {
  await Promise.all([
    (claimed.isTakeover ? leaveUnresolved : release)(claimed, context),
    ...giveBack(claimed.counted, claimed.nowMs, context.needs),
  ]);
}

/** Gives counts back to the windows of `nowMs`. */
export function giveBack(
  counted: readonly CountedOn[],
  nowMs: number,
  { rateLimits }: Pick<StartContext['needs'], 'rateLimits'>,
): Promise<void>[] {
  return counted.map((on) => rateLimits.giveBack(on, nowMs));
}

/**
 * It is unknown whether Vonage has a request: a repeat takes over, and no other start may adopt it.
 */
export async function leaveUnresolved(
  { start }: Claimed,
  { request, needs }: StartContext,
): Promise<void> {
  const { phoneNumber, idempotencyKey } = request;
  const writes = [needs.locks.releaseUnresolved({ phoneNumber, owner: start.owner })];
  if (idempotencyKey !== undefined) writes.push(needs.idempotencyRecords.markUnknown(start));
  await Promise.all(writes);
}
