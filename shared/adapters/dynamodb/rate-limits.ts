/**
 * Counts starts in fixed windows: one item per limit, key and window, with the total `count` and a
 * number for each caller. So no caller can use up the whole limit of somebody else (T23). An item
 * holds at most `count` callers, because a caller whose number falls to 0 is removed.
 */

import type { Limit, SharedLimit, StartLimits } from '../../config.ts';
import { Problem } from '../../domain/errors.ts';
import type { Caller, CountedOn, RateLimits } from '../../domain/ports/rate-limits.ts';
import { addressKey } from './address-key.ts';
import type { GuardHmac } from './guard-hmac.ts';
import type { ConditionalWrite, Table } from './table.ts';

const KEY_PREFIXES = {
  address: 'ip',
  subject: 'sub',
  phone_number: 'number',
  email: 'email',
  prefix: 'prefix',
} as const satisfies Record<CountedOn['limit'], string>;

/** Seconds that an item outlives its window, because the clocks of instances differ. */
const TTL_MARGIN_SECONDS = 3600;

/** Characters of a caller's name in an item: their 48 bits tell a few hundred callers apart. */
const CALLER_CHARACTERS = 8;

const limitIsNotSpent = '(attribute_not_exists(#count) OR #count < :limit)';
const shareIsNotSpent = '(attribute_not_exists(#by) OR #by < :share)';
const callerHasOne = '#by = :one';
const callerHasSeveral = '#by > :one';

export interface RateLimitsOptions {
  readonly table: Table;
  /** A client that does not retry. */
  readonly onceTable: () => Table;
  readonly limits: StartLimits;
  readonly guardHmac: GuardHmac;
}

export function createRateLimits(options: RateLimitsOptions): RateLimits {
  const { table, onceTable, limits, guardHmac } = options;

  const counterOf = async (on: CountedOn, nowMs: number): Promise<Counter> => {
    const limit = limitOf(on, limits);
    const key = await keyOf(on, windowOf(limit, nowMs), guardHmac);
    const by = (await guardHmac(['by', callerKey(on.caller), key])).toString('base64url');
    return {
      limit,
      key,
      names: { '#count': 'count', '#by': `by_${by.slice(0, CALLER_CHARACTERS)}` },
    };
  };

  return {
    count: async (on, nowMs) => {
      const counter = await counterOf(on, nowMs);
      const endsAtMs = windowEndMs(counter.limit, nowMs);
      const counted =
        counter.limit.count > 0 && (await table.write(counter.key, toCount(counter, endsAtMs)));
      return counted ? { outcome: 'counted' } : { outcome: 'spent', endsAtMs };
    },
    giveBack: async (on, nowMs) => {
      const { key, names } = await counterOf(on, nowMs);
      const write = (giveBack: Omit<ConditionalWrite, 'names'>) =>
        onceTable().write(key, { ...giveBack, names });
      try {
        // When two counts are given back at once, one can become the caller's last between two of
        // these writes.
        (await write(GIVE_BACK_ONLY)) ??
          (await write(GIVE_BACK_ONE)) ??
          (await write(GIVE_BACK_ONLY));
      } catch (error) {
        // Not retried: a second execution would give back the count of another start. A count too
        // many does no harm.
        if (!(error instanceof Problem)) throw error;
      }
    },
  };
}

interface Counter {
  readonly limit: Required<SharedLimit>;
  readonly key: string;
  readonly names: Record<'#count' | '#by', string>;
}

const GIVE_BACK_ONLY: Omit<ConditionalWrite, 'names'> = {
  update: 'REMOVE #by ADD #count :minus',
  condition: callerHasOne,
  values: { ':minus': { N: '-1' }, ':one': { N: '1' } },
};
const GIVE_BACK_ONE: Omit<ConditionalWrite, 'names'> = {
  update: 'ADD #count :minus, #by :minus',
  condition: callerHasSeveral,
  values: { ':minus': { N: '-1' }, ':one': { N: '1' } },
};

function toCount({ limit, names }: Counter, endsAtMs: number): ConditionalWrite {
  return {
    update: 'SET #ttl = :ttl ADD #count :one, #by :one',
    condition: `${limitIsNotSpent} AND ${shareIsNotSpent}`,
    names: { ...names, '#ttl': 'ttl' },
    values: {
      ':one': { N: '1' },
      ':limit': { N: String(limit.count) },
      ':share': { N: String(limit.perCaller) },
      ':ttl': { N: String(Math.floor(endsAtMs / 1000) + TTL_MARGIN_SECONDS) },
    },
  };
}

/** A limit of the caller itself has no shares. */
function limitOf({ limit }: CountedOn, limits: StartLimits): Required<SharedLimit> {
  if (limit === 'address' || limit === 'subject') {
    return { ...limits[limit], perCaller: limits[limit].count };
  }
  const shared = limits[limit === 'phone_number' ? 'phoneNumber' : limit];
  return { ...shared, perCaller: shared.perCaller ?? Math.ceil(shared.count / 2) };
}

/** Windows are numbered from the epoch on. */
function windowOf({ windowSeconds }: Limit, nowMs: number): number {
  return Math.floor(nowMs / (windowSeconds * 1000));
}

function windowEndMs(limit: Limit, nowMs: number): number {
  return (windowOf(limit, nowMs) + 1) * limit.windowSeconds * 1000;
}

function callerKey({ subject, address }: Caller): string {
  return subject === undefined ? `ip ${addressKey(address, 48)}` : `sub ${subject}`;
}

async function keyOf(on: CountedOn, window: number, guardHmac: GuardHmac): Promise<string> {
  const prefix = KEY_PREFIXES[on.limit];
  const value = on.limit === 'address' ? addressKey(on.value) : on.value;
  return `${prefix}#${(await guardHmac([prefix, value])).toString('base64url')}#${window}`;
}
