/** Locks the number for one start, whose tries may overlap. */

import { isOverdue } from '../../domain/facts.ts';
import { fold } from '../../domain/fold.ts';
import type { IdempotencyClaim, IdempotentStart } from '../../domain/ports/idempotency-records.ts';
import type { LockHolder, PhoneNumberLock } from '../../domain/ports/phone-number-locks.ts';
import type { Entry } from '../../domain/ports/verification-log.ts';
import { isFinal } from '../../domain/verification.ts';
import type { StartContext } from './start-context.ts';

/** The lock of a number; `previous`: the ended verification of the number that it supersedes. */
export type StartLock = PhoneNumberLock & { readonly previous?: Entry };

/** Upper bound for tries of one start that take the lock from each other. */
const MAX_INHERITED = 3;

/** A verification that has ended according to its log does not hold the number. */
export async function lockPhoneNumber(
  holder: LockHolder,
  nowMs: number,
  { locks, log, clock }: Pick<StartContext['needs'], 'locks' | 'log' | 'clock'>,
): Promise<StartLock> {
  const lock = await locks.lock(holder, nowMs);
  if (lock.outcome !== 'live') return lock;
  const entry = await log.find(lock.requestId);
  const folded = entry && fold(lock.requestId, entry.events, clock.now());
  if (!folded || !(isFinal(folded.verification) || isOverdue(folded.facts, clock.now()))) {
    return lock;
  }
  const superseding = await locks.lock(holder, nowMs, lock.requestId);
  return superseding.outcome === 'locked' ? { ...superseding, previous: entry } : superseding;
}

export interface FirstLock {
  readonly lock: StartLock;
  readonly key: IdempotencyClaim;
  readonly start: IdempotentStart;
}

/**
 * Makes this try the owner of the lock. This try owns the idempotency record, so an earlier try
 * that still holds the lock has ended or will be refused; it may also have inherited the lock from
 * this try. If it has given the lock back, the lock is free.
 */
export async function ownLock(
  { lock: first, key, start: { owner } }: FirstLock,
  { request: { phoneNumber }, needs }: Pick<StartContext, 'request' | 'needs'>,
): Promise<StartLock> {
  const { locks, clock } = needs;
  const holder = { phoneNumber, owner };
  let lock = first;
  let isOurs = key.outcome === 'fresh';
  for (let tries = 0; tries < MAX_INHERITED; tries += 1) {
    if (lock.outcome !== 'locked' || (isOurs && lock.heldBy === undefined)) return lock;
    const nowMs = clock.now();
    const inherited = await locks.inherit(holder, nowMs, lock.heldBy ?? owner);
    if (inherited.outcome === 'locked') {
      return lock.previous ? { ...inherited, previous: lock.previous } : inherited;
    }
    lock = await lockPhoneNumber(holder, nowMs, needs);
    isOurs = true;
  }
  return lock.outcome === 'locked' && lock.heldBy !== undefined ? { outcome: 'held' } : lock;
}

/** Upper bound for the wait: 2 s, longer than a refused start holds the lock. */
const MAX_WAITS = 20;
const WAIT_MS = 100;

/**
 * Waits while another start has locked the number. A start that is refused gives the lock back
 * within moments, so many such starts must not block one that nothing else refuses (T23). A start
 * that succeeds makes the lock `live`, which ends the wait.
 */
export async function waitForLock(
  first: FirstLock,
  context: Pick<StartContext, 'request' | 'needs'>,
): Promise<StartLock> {
  const { request, needs } = context;
  const holder = { phoneNumber: request.phoneNumber, owner: first.start.owner };
  let { lock } = first;
  for (let waits = 0; waits < MAX_WAITS && lock.outcome === 'held'; waits += 1) {
    await needs.pause(WAIT_MS);
    const again = await lockPhoneNumber(holder, needs.clock.now(), needs);
    lock = await ownLock({ ...first, lock: again }, context);
  }
  return lock;
}
