/**
 * One item per phone number: which start holds its lock, which verification is live. A lost or late
 * write blocks a number for one lock time at most.
 */

import type { Limit } from '../../config.ts';
import type {
  LockHolder,
  PhoneNumberLock,
  PhoneNumberLocks,
} from '../../domain/ports/phone-number-locks.ts';
import type { GuardHmac } from './guard-hmac.ts';
import { windowEndMs, windowOf } from './rate-limits.ts';
import type { ConditionalWrite, Item, Table } from './table.ts';

/** Milliseconds. Longer than an invocation lives, so an expired lock has no owner. */
export const LOCK_MS = 35_000;

const TTL_MARGIN_SECONDS = 3600;

const NAMES = {
  '#owner': 'lock_owner',
  '#until': 'lock_until',
  '#request': 'request_id',
  '#live': 'live_until',
  '#unresolved': 'unresolved',
  '#ttl': 'ttl',
};
const LOCK_NAMES = {
  '#owner': NAMES['#owner'],
  '#until': NAMES['#until'],
  '#unresolved': NAMES['#unresolved'],
};

const lockIsFree = '(attribute_not_exists(#until) OR #until <= :now)';
const nothingIsLive = '(attribute_not_exists(#request) OR #live <= :now)';
const nothingElseIsLive =
  '(attribute_not_exists(#request) OR #live <= :now OR #request = :superseded)';
const limitIsNotSpent = '(attribute_not_exists(#count) OR #count < :limit)';
const lockIsOurs = '#owner = :owner';
const lockIsOfThatTry = '#owner = :held_by';
const somethingIsCounted = '#count > :zero';
/** No other start has locked the number since, or recorded a verification of its own. */
const nothingCameSince =
  '(attribute_not_exists(#owner) AND (attribute_not_exists(#request) OR #request = :request))';

export function createPhoneNumberLocks(
  table: Table,
  limit: Limit,
  guardHmac: GuardHmac,
): PhoneNumberLocks {
  const keyOf = async ({ phoneNumber }: LockHolder): Promise<string> =>
    `phone#${(await guardHmac(['phone', phoneNumber])).toString('base64url')}`;

  const release = async (holder: LockHolder): Promise<void> => {
    await table.write(await keyOf(holder), {
      update: 'REMOVE #owner, #until DELETE #unresolved :starts',
      condition: lockIsOurs,
      names: LOCK_NAMES,
      values: valuesOf(holder),
    });
  };

  return {
    lock: async (holder, nowMs, superseded) => {
      const { owner } = holder;
      const key = await keyOf(holder);
      const attempt = { owner, nowMs, superseded };
      if (limit.count < 1) return { outcome: 'refused', retryAtMs: windowEndMs(limit, nowMs) };
      const locked = await table.write(key, toLock(attempt, limit));
      if (locked) return toLocked(locked, owner);
      return whyNot(await table.read(key), attempt, limit);
    },

    // Only from that try: a late repeat must not take the lock back from a later one.
    inherit: async (holder, nowMs, heldBy) => {
      const inherited = await table.write(await keyOf(holder), {
        update: 'SET #owner = :owner, #until = :until',
        condition: lockIsOfThatTry,
        names: { '#owner': NAMES['#owner'], '#until': NAMES['#until'] },
        values: {
          ':owner': { S: holder.owner },
          ':held_by': { S: heldBy },
          ':until': { N: String(nowMs + LOCK_MS) },
        },
      });
      return inherited
        ? toLocked(inherited, holder.owner)
        : { outcome: 'refused', retryAtMs: nowMs + 1000 };
    },

    record: async (holder, { requestId, liveUntilMs }) => {
      await table.write(await keyOf(holder), {
        update:
          'SET #request = :request, #live = :live, #ttl = :ttl ' +
          'REMOVE #owner, #until, #unresolved',
        condition: `${lockIsOurs} OR ${nothingCameSince}`,
        names: NAMES,
        values: {
          ':owner': { S: holder.owner },
          ':request': { S: requestId },
          ':live': { N: String(liveUntilMs) },
          ':ttl': { N: ttlAfter(liveUntilMs, limit) },
        },
      });
    },

    release,

    releaseAndGiveBack: async (holder, nowMs) => {
      const released = await table.write(await keyOf(holder), {
        update: 'REMOVE #owner, #until ADD #count :minus DELETE #unresolved :starts',
        condition: `${lockIsOurs} AND ${somethingIsCounted}`,
        names: { ...LOCK_NAMES, '#count': countName(windowOf(limit, nowMs)) },
        values: { ...valuesOf(holder), ':minus': { N: '-1' }, ':zero': { N: '0' } },
      });
      // The window of the count may have passed; the lock must go in any case.
      if (!released) await release(holder);
    },

    releaseUnresolved: async (holder) => {
      const { '#unresolved': _, ...names } = LOCK_NAMES;
      await table.write(await keyOf(holder), {
        update: 'REMOVE #owner, #until',
        condition: lockIsOurs,
        names,
        values: { ':owner': { S: holder.owner } },
      });
    },
  };
}

function valuesOf({ owner }: LockHolder): NonNullable<ConditionalWrite['values']> {
  return { ':owner': { S: owner }, ':starts': { SS: [startOf(owner)] } };
}

/** Contested while the outcome of another start is unknown: a request in flight may be its. */
function toLocked(
  { unresolved }: Item,
  owner: string,
): Extract<PhoneNumberLock, { outcome: 'locked' }> {
  const isContested = unresolved?.SS?.some((start) => start !== startOf(owner)) ?? false;
  return isContested ? { outcome: 'locked', contested: true } : { outcome: 'locked' };
}

interface Attempt {
  readonly owner: string;
  readonly nowMs: number;
  /** A live verification that its log knows to have ended. */
  readonly superseded: string | undefined;
}

function toLock({ owner, nowMs, superseded }: Attempt, limit: Limit): ConditionalWrite {
  const window = windowOf(limit, nowMs);
  const isLiveOver = superseded === undefined ? nothingIsLive : nothingElseIsLive;
  return {
    update:
      'SET #owner = :owner, #until = :until, #ttl = :ttl REMOVE #before ' +
      'ADD #count :one, #unresolved :starts',
    condition: `${lockIsFree} AND ${isLiveOver} AND ${limitIsNotSpent}`,
    names: { ...NAMES, '#count': countName(window), '#before': countName(window - 1) },
    values: {
      ':owner': { S: owner },
      ':until': { N: String(nowMs + LOCK_MS) },
      ':now': { N: String(nowMs) },
      ':one': { N: '1' },
      ':starts': { SS: [startOf(owner)] },
      ':limit': { N: String(limit.count) },
      ':ttl': { N: ttlAfter(nowMs, limit) },
      ...(superseded !== undefined && { ':superseded': { S: superseded } }),
    },
  };
}

/** In the order in which they would end: the lock of another start, a spent limit, a live one. */
function whyNot(item: Item | undefined, attempt: Attempt, limit: Limit): PhoneNumberLock {
  const { owner, nowMs, superseded } = attempt;
  const lockedUntilMs = numberOf(item, 'lock_until');
  if (lockedUntilMs > nowMs) {
    // Our own write whose answer was lost, or another try of this start.
    if (item?.lock_owner?.S === owner) return toLocked(item, owner);
    const heldBy = item?.lock_owner?.S;
    if (item && heldBy !== undefined && startOf(heldBy) === startOf(owner)) {
      return { ...toLocked(item, owner), heldBy };
    }
    return { outcome: 'refused', retryAtMs: lockedUntilMs };
  }
  if (numberOf(item, countName(windowOf(limit, nowMs))) >= limit.count) {
    return { outcome: 'refused', retryAtMs: windowEndMs(limit, nowMs) };
  }
  const requestId = item?.request_id?.S;
  const liveUntilMs = numberOf(item, 'live_until');
  if (requestId !== undefined && requestId !== superseded && liveUntilMs > nowMs) {
    return { outcome: 'live', requestId, retryAtMs: liveUntilMs };
  }
  // The cause of the refusal has ended: the next try succeeds.
  return { outcome: 'refused', retryAtMs: nowMs + 1000 };
}

/** The name carries the window, so that one condition covers the count of this window alone. */
function countName(window: number): string {
  return `count_${window}`;
}

function ttlAfter(ms: number, { windowSeconds }: Limit): string {
  return String(Math.floor(ms / 1000) + windowSeconds + TTL_MARGIN_SECONDS);
}

/** What all tries of one start share; an owner is one of them, `<start>.<try>`. */
function startOf(owner: string): string {
  return owner.split('.')[0] ?? owner;
}

function numberOf(item: Item | undefined, name: string): number {
  return Number(item?.[name]?.N ?? 0);
}
