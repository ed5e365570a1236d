/**
 * One item per phone number: who is starting a verification of it, and which one is live. A missed
 * or late write costs a number at most a lock's time.
 */

import type {
  LockHolder,
  PhoneNumberLock,
  PhoneNumberLocks,
} from '../../domain/ports/phone-number-locks.ts';
import type { GuardHmac } from './guard-hmac.ts';
import type { ConditionalWrite, Item, Table } from './table.ts';

/**
 * Duration of a lock: longer than an invocation, so the owner of an expired lock no longer runs.
 */
export const LOCK_MS = 35_000;

/**
 * Largest size of the set `unresolved`, which grows while Vonage is down. Starts beyond it share
 * one placeholder. Each name has 32 characters.
 */
const MOST_UNRESOLVED = 50;
/** Placeholder for all starts beyond `MOST_UNRESOLVED`, until one is recorded as alone. */
const MANY = 'many';

/**
 * The item expires this long after its lock and its live verification are over: longer than a
 * request at Vonage lasts, 60 s and three channels of at most 900 s. So an expired item holds
 * nothing that still runs, and its unresolved starts are dropped even if TTL has not removed it.
 */
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
/** Starts with an unknown outcome are stored by name up to `MOST_UNRESOLVED`. */
const fewAreUnresolved =
  '(attribute_not_exists(#unresolved) OR (#ttl > :seconds AND size(#unresolved) < :most))';
const lockIsOurs = '#owner = :owner';
const lockIsOfThatTry = '#owner = :held_by';
/** No other start has locked the number since, or recorded a verification of its own. */
const nothingCameSince =
  '(attribute_not_exists(#owner) AND (attribute_not_exists(#request) OR #request = :request))';

export function createPhoneNumberLocks(table: Table, guardHmac: GuardHmac): PhoneNumberLocks {
  const keyOf = async ({ phoneNumber }: LockHolder): Promise<string> =>
    `phone#${(await guardHmac(['phone', phoneNumber])).toString('base64url')}`;

  return {
    lock: async (holder, nowMs, superseded) => {
      const key = await keyOf(holder);
      const attempt = { owner: holder.owner, nowMs, superseded };
      const locked = await table.write(key, toLock(attempt, 'byName'));
      if (locked) return toLocked(locked, holder.owner);
      const item = await table.read(key);
      const isExpired = item !== undefined && numberOf(item, 'ttl') * 1000 <= nowMs;
      const isFull = (item?.unresolved?.SS?.length ?? 0) >= MOST_UNRESOLVED;
      if (!isExpired && !isFull) return whyNot(item, attempt);
      const mark = isExpired ? 'inExpiredItem' : 'asOneOfMany';
      const again = await table.write(key, toLock(attempt, mark));
      return again ? toLocked(again, holder.owner) : whyNot(item, attempt);
    },

    // Only from that try: a late try must not take the lock from a newer one.
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
      return inherited ? toLocked(inherited, holder.owner) : { outcome: 'held' };
    },

    record: async (holder, { requestId, liveUntilMs, isAlone }) => {
      const resolved = isAlone ? ', #unresolved' : ' DELETE #unresolved :starts';
      await table.write(await keyOf(holder), {
        update:
          'SET #request = :request, #live = :live, #ttl = :ttl ' +
          `REMOVE #owner, #until${resolved}`,
        condition: `${lockIsOurs} OR ${nothingCameSince}`,
        names: NAMES,
        values: {
          ':owner': { S: holder.owner },
          ':request': { S: requestId },
          ':live': { N: String(liveUntilMs) },
          ':ttl': { N: ttlAfter(liveUntilMs) },
          ...(!isAlone && { ':starts': { SS: [startOf(holder.owner)] } }),
        },
      });
    },

    release: async (holder) => {
      await table.write(await keyOf(holder), {
        update: 'REMOVE #owner, #until DELETE #unresolved :starts',
        condition: lockIsOurs,
        names: LOCK_NAMES,
        values: { ':owner': { S: holder.owner }, ':starts': { SS: [startOf(holder.owner)] } },
      });
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

/**
 * `contested` while the outcome of another start is unknown: a request in flight may belong to that
 * start.
 */
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
  /** A live verification that has ended according to its log. */
  readonly superseded: string | undefined;
}

/**
 * How a start is marked as unresolved, and when. A start under the placeholder never adopts a
 * request, so it may lock however many are unresolved. An expired item begins again.
 */
const MARKS = {
  byName: [' ADD #unresolved :starts', fewAreUnresolved],
  asOneOfMany: [' ADD #unresolved :starts', '#ttl > :seconds'],
  inExpiredItem: [', #unresolved = :starts', '#ttl <= :seconds'],
} as const;

function toLock(
  { owner, nowMs, superseded }: Attempt,
  marked: keyof typeof MARKS,
): ConditionalWrite {
  const [mark, condition] = MARKS[marked];
  const isLiveOver = superseded === undefined ? nothingIsLive : nothingElseIsLive;
  return {
    update: `SET #owner = :owner, #until = :until, #ttl = :ttl${mark}`,
    condition: `${lockIsFree} AND ${isLiveOver} AND ${condition}`,
    names: NAMES,
    values: {
      ':owner': { S: owner },
      ':until': { N: String(nowMs + LOCK_MS) },
      ':now': { N: String(nowMs) },
      ':seconds': { N: String(Math.floor(nowMs / 1000)) },
      ':starts': { SS: [marked === 'asOneOfMany' ? MANY : startOf(owner)] },
      ':ttl': { N: ttlAfter(nowMs) },
      ...(marked === 'byName' && { ':most': { N: String(MOST_UNRESOLVED) } }),
      ...(superseded !== undefined && { ':superseded': { S: superseded } }),
    },
  };
}

function whyNot(item: Item | undefined, { owner, nowMs, superseded }: Attempt): PhoneNumberLock {
  const heldBy = item?.lock_owner?.S;
  if (item && heldBy !== undefined && numberOf(item, 'lock_until') > nowMs) {
    // The lock is from our own write, whose answer was lost, or from another try of this start.
    if (heldBy === owner) return toLocked(item, owner);
    if (startOf(heldBy) === startOf(owner)) return { ...toLocked(item, owner), heldBy };
    return { outcome: 'held' };
  }
  const requestId = item?.request_id?.S;
  if (requestId !== undefined && requestId !== superseded && numberOf(item, 'live_until') > nowMs) {
    return { outcome: 'live', requestId };
  }
  // The cause of the refusal is gone by now: the next try finds the number free.
  return { outcome: 'held' };
}

function ttlAfter(ms: number): string {
  return String(Math.floor(ms / 1000) + TTL_MARGIN_SECONDS);
}

/** The part that all tries of one start share; an owner is `<start>.<try>`. */
function startOf(owner: string): string {
  return owner.split('.')[0] ?? owner;
}

function numberOf(item: Item | undefined, name: string): number {
  return Number(item?.[name]?.N ?? 0);
}
