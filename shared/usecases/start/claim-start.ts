/** Takes everything that a start must hold before Vonage is called, or gives all of it back. */

import { Problem } from '../../domain/errors.ts';
import type { IdempotencyClaim, IdempotentStart } from '../../domain/ports/idempotency-records.ts';
import type { Caller, CountedOn } from '../../domain/ports/rate-limits.ts';
import { callerLimit, neutralLimit, startInProgress } from '../refusals.ts';
import type { Claimed } from './claimed.ts';
import { countedOnCaller, countedOnOthers } from './counted-on.ts';
import { findOwnLive } from './find-own-live.ts';
import { giveBack } from './give-back.ts';
import { lockPhoneNumber, ownLock, type StartLock, waitForLock } from './lock-phone-number.ts';
import type { StartContext, StartNeeds } from './start-context.ts';

export interface Replay {
  readonly outcome: 'replay';
  readonly requestId: string;
  readonly tokenKeyId: string;
  readonly recordedAtMs: number;
}

/** Throws `rate_limited` over the caller's own limit, before anything else is written. */
export async function countCaller(caller: Caller, needs: StartNeeds): Promise<void> {
  const nowMs = needs.clock.now();
  const on = countedOnCaller(caller);
  const counted = await needs.rateLimits.count(on, nowMs);
  if (counted.outcome === 'counted') {
    needs.warmOthers?.();
    return;
  }
  needs.telemetry.measure({ name: 'Limited', dimensions: { limit: on.limit } });
  throw callerLimit(counted.endsAtMs, nowMs);
}

/**
 * Takes idempotency record, lock and counters together; if one refuses, the others are given back.
 * If several apply, the answer is the first of replay, 409, 422, 429.
 */
export async function claimStart(context: StartContext): Promise<Claimed | Replay> {
  const taken = await takeAll(context);
  const { start, key, lock, counted, spent, nowMs } = taken;
  if (isStartable(key) && lock.outcome === 'locked' && spent.length === 0) {
    const isTakeover = key.outcome === 'takeover';
    const mayAdopt = !lock.contested;
    const { previous } = lock;
    const claimed = { outcome: 'claimed', start, counted, nowMs, isTakeover, mayAdopt } as const;
    return previous ? { ...claimed, previous } : claimed;
  }
  await Promise.all(giveBackAll(taken, context));
  if (!isStartable(key)) return answerRepeat(key, nowMs);
  const limit = (lock.outcome === 'locked' && spent[0]?.limit) || 'phone_number';
  context.needs.telemetry.measure({ name: 'Limited', dimensions: { limit } });
  throw neutralLimit();
}

/** The claims of one start at `nowMs`, with their results. */
interface Taken {
  readonly nowMs: number;
  readonly start: IdempotentStart;
  readonly key: IdempotencyClaim;
  readonly lock: StartLock;
  readonly counted: readonly CountedOn[];
  readonly spent: readonly CountedOn[];
}

async function takeAll(context: StartContext): Promise<Taken> {
  const { request, needs } = context;
  const { idempotencyRecords, rateLimits, clock } = needs;
  const start = await toIdempotentStart(context);
  const nowMs = clock.now();
  const holder = { phoneNumber: request.phoneNumber, owner: start.owner };
  const on = countedOnOthers(context);
  const failures: unknown[] = [];
  const noteFailure = (error: unknown): undefined => void failures.push(error);
  const [key = LOST, lock = LOCKED, ...counts] = await Promise.all([
    request.idempotencyKey === undefined
      ? UNREPEATABLE
      : idempotencyRecords.claim(start, nowMs).catch(noteFailure),
    lockPhoneNumber(holder, nowMs, needs).catch(noteFailure),
    ...on.map((counter) => rateLimits.count(counter, nowMs).catch(noteFailure)),
  ]);
  const counted = on.filter((_, index) => counts[index]?.outcome === 'counted');
  const spent = on.filter((counter) => !counted.includes(counter));
  const taken: Taken = { nowMs, start, key, lock, counted, spent };
  try {
    if (failures.length > 0) throw failures[0];
    const lock = await holdLock(taken, context);
    const own = await findOwnLive({ key, lock, start }, nowMs, needs);
    return { ...taken, lock, ...(own && { key: own }) };
  } catch (error) {
    await Promise.allSettled(giveBackAll({ ...taken, lock: LOCKED }, context));
    throw error;
  }
}

/** A lock without an answer may be this try's; that of another try is not given back. */
const LOCKED: StartLock = { outcome: 'locked' };

/** A claim without an answer may have taken the key, from a start that is lost. */
const LOST: IdempotencyClaim = { outcome: 'takeover' };

/** Makes the lock this try's own, and waits for it when nothing else refuses the start. */
async function holdLock(
  { start, key, lock: first, spent }: Taken,
  context: StartContext,
): Promise<StartLock> {
  if (!isStartable(key)) return first;
  const lock = await ownLock({ lock: first, key, start }, context);
  return spent.length === 0 && lock.outcome === 'held'
    ? waitForLock({ lock, key, start }, context)
    : lock;
}

/** Without an idempotency key no repeat can be recognised. */
const UNREPEATABLE: IdempotencyClaim = { outcome: 'fresh' };

type Startable = Extract<IdempotencyClaim, { outcome: 'fresh' | 'again' | 'takeover' }>;

function isStartable(key: IdempotencyClaim): key is Startable {
  return ['fresh', 'again', 'takeover'].includes(key.outcome);
}

/** Vonage certainly has no request of the start that nobody has recorded. */
const KNOWN: readonly IdempotencyClaim['outcome'][] = ['fresh', 'again', 'started'];

function giveBackAll(
  { nowMs, start, key, lock, counted }: Taken,
  { request: { phoneNumber, idempotencyKey }, needs }: StartContext,
): Promise<void>[] {
  const writes = giveBack(counted, nowMs, needs);
  if (lock.outcome === 'locked' && lock.heldBy === undefined) {
    const { release, releaseUnresolved } = needs.locks;
    const unlock = KNOWN.includes(key.outcome) ? release : releaseUnresolved;
    writes.push(unlock({ phoneNumber, owner: start.owner }));
  }
  if (isStartable(key) && idempotencyKey !== undefined) {
    // A start whose outcome was unknown stays so for the next repeat; a fresh claim is released.
    const { markUnknown, release } = needs.idempotencyRecords;
    writes.push(key.outcome === 'takeover' ? markUnknown(start) : release(start));
  }
  return writes;
}

async function toIdempotentStart({
  request,
  caller: { subject },
  plan,
  needs: { tokens, random },
}: StartContext): Promise<IdempotentStart> {
  const { phoneNumber, email, locale, nonce, result, idempotencyKey } = request;
  const key = idempotencyKey ?? random.nonce();
  const clientRef = await tokens.clientRef(key);
  return {
    idempotencyKey: key,
    body: JSON.stringify([phoneNumber, email, plan.asked, locale, nonce, result, subject]),
    clientRef,
    owner: `${clientRef}.${random.nonce()}`,
    tokenKeyId: await tokens.currentKeyId(),
  };
}

function answerRepeat(key: Exclude<IdempotencyClaim, Startable>, nowMs: number): Replay {
  switch (key.outcome) {
    case 'started':
      return { ...key, outcome: 'replay' };
    case 'in_progress':
      throw startInProgress(key.retryAtMs, nowMs);
    case 'other_body':
      throw new Problem('idempotency_mismatch', 'the idempotency key came with another body');
  }
}
