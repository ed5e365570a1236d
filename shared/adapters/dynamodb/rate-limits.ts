/**
 * Counts of starts within fixed windows: the window is part of the key, the limit of the condition.
 */

import type { Limit, StartLimits } from '../../config.ts';
import { Problem } from '../../domain/errors.ts';
import type { CountedOn, RateLimits } from '../../domain/ports/rate-limits.ts';
import { addressKey } from './address-key.ts';
import type { GuardHmac } from './guard-hmac.ts';
import type { ConditionalWrite, Table } from './table.ts';

const KEY_PREFIXES = {
  address: 'ip',
  subject: 'sub',
  email: 'email',
  prefix: 'prefix',
} as const satisfies Record<CountedOn['limit'], string>;

/** Seconds that an item outlives its window, because clocks of instances differ a little. */
const TTL_MARGIN_SECONDS = 3600;

const limitIsNotSpent = 'attribute_not_exists(#count) OR #count < :limit';
const somethingIsCounted = '#count > :zero';

export interface RateLimitsOptions {
  readonly table: Table;
  /** Its writes are tried once. */
  readonly onceTable: () => Table;
  readonly limits: StartLimits;
  readonly guardHmac: GuardHmac;
}

export function createRateLimits(options: RateLimitsOptions): RateLimits {
  const { table, onceTable, limits, guardHmac } = options;
  const itemOf = (on: CountedOn, nowMs: number): Promise<string> =>
    keyOf(on, windowOf(limits[on.limit], nowMs), guardHmac);
  return {
    count: async (on, nowMs) => {
      const limit = limits[on.limit];
      const endMs = windowEndMs(limit, nowMs);
      const counted =
        limit.count > 0 && (await table.write(await itemOf(on, nowMs), toCount(limit, endMs)));
      return counted ? { outcome: 'counted' } : { outcome: 'refused', retryAtMs: endMs };
    },
    // Sent twice, it would take back another start's count; one count too many is harmless.
    giveBack: async (on, nowMs) => {
      const key = await itemOf(on, nowMs);
      try {
        await onceTable().write(key, GIVE_BACK);
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
      }
    },
  };
}

const GIVE_BACK: ConditionalWrite = {
  update: 'ADD #count :minus',
  condition: somethingIsCounted,
  names: { '#count': 'count' },
  values: { ':minus': { N: '-1' }, ':zero': { N: '0' } },
};

function toCount({ count }: Limit, endMs: number): ConditionalWrite {
  return {
    update: 'SET #ttl = :ttl ADD #count :one',
    condition: limitIsNotSpent,
    names: { '#count': 'count', '#ttl': 'ttl' },
    values: {
      ':one': { N: '1' },
      ':limit': { N: String(count) },
      ':ttl': { N: String(Math.floor(endMs / 1000) + TTL_MARGIN_SECONDS) },
    },
  };
}

/** Windows are numbered from the epoch on. */
export function windowOf({ windowSeconds }: Limit, nowMs: number): number {
  return Math.floor(nowMs / (windowSeconds * 1000));
}

export function windowEndMs(limit: Limit, nowMs: number): number {
  return (windowOf(limit, nowMs) + 1) * limit.windowSeconds * 1000;
}

async function keyOf(on: CountedOn, window: number, guardHmac: GuardHmac): Promise<string> {
  const prefix = KEY_PREFIXES[on.limit];
  const value = on.limit === 'address' ? addressKey(on.value) : on.value;
  return `${prefix}#${(await guardHmac([prefix, value])).toString('base64url')}#${window}`;
}
