/** Gives back what a start holds when it ends without a verification. */

import type { Claimed } from './claim-start.ts';
import type { StartContext } from './start-context.ts';

/** Vonage certainly has nothing: number and idempotency key are free again, the counts stay. */
export async function release({ start }: Claimed, { request, needs }: StartContext): Promise<void> {
  const { phoneNumber, idempotencyKey } = request;
  const writes = [needs.locks.release({ phoneNumber, owner: start.owner })];
  if (idempotencyKey !== undefined) writes.push(needs.idempotencyRecords.release(start));
  await Promise.all(writes);
}

/** Whether Vonage has it is unknown: a repeat takes over, and no other start may adopt it. */
export async function leaveUnresolved(
  { start }: Claimed,
  { request, needs }: StartContext,
): Promise<void> {
  const { phoneNumber, idempotencyKey } = request;
  const writes = [needs.locks.releaseUnresolved({ phoneNumber, owner: start.owner })];
  if (idempotencyKey !== undefined) writes.push(needs.idempotencyRecords.markUnknown(start));
  await Promise.all(writes);
}
