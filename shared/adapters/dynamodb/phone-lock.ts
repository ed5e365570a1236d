/**
 * One item per phone number: who is starting a verification of it, which one is live, and how many
 * were started in this window. A missed or late write costs a number at most a lock's time.
 */

import type { Limit } from '../../config.ts';
import type { Guards, PhoneLock } from '../../domain/ports.ts';
import { windowEndMs, windowOf } from './counters.ts';
import type { GuardHmac } from './guards.ts';
import type { Item, Table } from './table.ts';

/** Longer than any invocation lives, so a lock that ran out belongs to nobody. */
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

type PhoneGuards = Pick<
  Guards,
  'lockPhoneNumber' | 'recordPhoneNumber' | 'releasePhoneNumber' | 'unlockUnresolved'
>;

export function createPhoneLock(table: Table, limit: Limit, guardHmac: GuardHmac): PhoneGuards {
  const keyOf = async (phoneNumber: string): Promise<string> =>
    `phone#${(await guardHmac(['phone', phoneNumber])).toString('base64url')}`;

  return {
    lockPhoneNumber: async (phoneNumber, start, nowMs, superseded) => {
      const key = await keyOf(phoneNumber);
      const attempt = { start, nowMs, superseded };
      if (limit.count < 1) return { outcome: 'refused', retryAtMs: windowEndMs(limit, nowMs) };
      const locked = await table.write(key, toLock(attempt, limit));
      if (locked) return toLocked(locked, start);
      return whyNot(await table.read(key), attempt, limit);
    },

    recordPhoneNumber: async (phoneNumber, start, { requestId, liveUntilMs }) => {
      await table.write(await keyOf(phoneNumber), {
        update:
          'SET #request = :request, #live = :live, #ttl = :ttl ' +
          'REMOVE #owner, #until, #unresolved',
        condition:
          '#owner = :owner OR (attribute_not_exists(#owner) AND ' +
          '(attribute_not_exists(#request) OR #request = :request))',
        names: NAMES,
        values: {
          ':owner': { S: start },
          ':request': { S: requestId },
          ':live': { N: String(liveUntilMs) },
          ':ttl': { N: ttlAfter(liveUntilMs, limit) },
        },
      });
    },

    releasePhoneNumber: async (phoneNumber, start, nowMs, uncount) => {
      const key = await keyOf(phoneNumber);
      const names = LOCK_NAMES;
      const values = { ':owner': { S: start }, ':starts': { SS: [start] } };
      const released =
        uncount &&
        (await table.write(key, {
          update: 'REMOVE #owner, #until ADD #count :minus DELETE #unresolved :starts',
          condition: '#owner = :owner AND #count > :zero',
          names: { ...names, '#count': countName(windowOf(limit, nowMs)) },
          values: { ...values, ':minus': { N: '-1' }, ':zero': { N: '0' } },
        }));
      if (released) return;
      // The window of the count may have passed; the lock must go all the same.
      await table.write(key, {
        update: 'REMOVE #owner, #until DELETE #unresolved :starts',
        condition: '#owner = :owner',
        names,
        values,
      });
    },

    unlockUnresolved: async (phoneNumber, start) => {
      const { '#unresolved': _, ...names } = LOCK_NAMES;
      await table.write(await keyOf(phoneNumber), {
        update: 'REMOVE #owner, #until',
        condition: '#owner = :owner',
        names,
        values: { ':owner': { S: start } },
      });
    },
  };
}

const LOCK_NAMES = {
  '#owner': NAMES['#owner'],
  '#until': NAMES['#until'],
  '#unresolved': NAMES['#unresolved'],
};

/** Contested while the fate of another start is unknown: what is in flight may be its. */
function toLocked({ unresolved }: Item, start: string): Extract<PhoneLock, { outcome: 'locked' }> {
  const isContested = unresolved?.SS?.some((other) => other !== start) ?? false;
  return isContested ? { outcome: 'locked', contested: true } : { outcome: 'locked' };
}

interface Attempt {
  readonly start: string;
  readonly nowMs: number;
  /** A live verification that its log knows to have ended. */
  readonly superseded: string | undefined;
}

function toLock(
  { start, nowMs, superseded }: Attempt,
  limit: Limit,
): Parameters<Table['write']>[1] {
  const window = windowOf(limit, nowMs);
  const supersede = superseded === undefined ? '' : ' OR #request = :superseded';
  return {
    update:
      'SET #owner = :owner, #until = :until, #ttl = :ttl REMOVE #before ' +
      'ADD #count :one, #unresolved :starts',
    condition:
      '(attribute_not_exists(#until) OR #until <= :now) AND ' +
      `(attribute_not_exists(#request) OR #live <= :now${supersede}) AND ` +
      '(attribute_not_exists(#count) OR #count < :limit)',
    names: { ...NAMES, '#count': countName(window), '#before': countName(window - 1) },
    values: {
      ':owner': { S: start },
      ':until': { N: String(nowMs + LOCK_MS) },
      ':now': { N: String(nowMs) },
      ':one': { N: '1' },
      ':starts': { SS: [start] },
      ':limit': { N: String(limit.count) },
      ':ttl': { N: ttlAfter(nowMs, limit) },
      ...(superseded !== undefined && { ':superseded': { S: superseded } }),
    },
  };
}

/** In the order in which they would end: the lock of another start, a spent limit, a live one. */
function whyNot(item: Item | undefined, attempt: Attempt, limit: Limit): PhoneLock {
  const { start, nowMs, superseded } = attempt;
  const lockedUntilMs = numberOf(item, 'lock_until');
  if (lockedUntilMs > nowMs) {
    // Another try of this start, or our own write whose answer was lost.
    if (item?.lock_owner?.S === start) return { ...toLocked(item, start), isHeld: true };
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
  // What refused is gone by now: whoever asks again is served.
  return { outcome: 'refused', retryAtMs: nowMs + 1000 };
}

/** The name carries the window, so that one condition can judge the count of this window alone. */
function countName(window: number): string {
  return `count_${window}`;
}

function ttlAfter(ms: number, { windowSeconds }: Limit): string {
  return String(Math.floor(ms / 1000) + windowSeconds + TTL_MARGIN_SECONDS);
}

function numberOf(item: Item | undefined, name: string): number {
  return Number(item?.[name]?.N ?? 0);
}
