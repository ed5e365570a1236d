/** Counts of starts within fixed windows: the window is part of the key, the limit of the condition. */

import type { Limit, StartLimits } from '../../config.ts';
import type { CountedOn, Guards } from '../../domain/ports.ts';
import { addressKey } from './address-key.ts';
import type { GuardHmac } from './guards.ts';
import type { Table } from './table.ts';

const KEY_PREFIXES = {
  address: 'ip',
  subject: 'sub',
  email: 'email',
  prefix: 'prefix',
} as const satisfies Record<CountedOn['limit'], string>;

/** Clocks of instances differ a little; an item is not needed after its window. */
const TTL_MARGIN_SECONDS = 3600;

export function createCounters(
  table: Table,
  limits: StartLimits,
  guardHmac: GuardHmac,
): Pick<Guards, 'count' | 'takeBack'> {
  return {
    count: async (on, nowMs) => {
      const limit = limits[on.limit];
      const endMs = windowEndMs(limit, nowMs);
      const refused = { outcome: 'refused', retryAtMs: endMs } as const;
      if (limit.count < 1) return refused;
      const counted = await table.write(await keyOf(on, windowOf(limit, nowMs), guardHmac), {
        update: 'SET #ttl = :ttl ADD #count :one',
        condition: 'attribute_not_exists(#count) OR #count < :limit',
        names: { '#count': 'count', '#ttl': 'ttl' },
        values: {
          ':one': { N: '1' },
          ':limit': { N: String(limit.count) },
          ':ttl': { N: String(Math.floor(endMs / 1000) + TTL_MARGIN_SECONDS) },
        },
      });
      return counted ? { outcome: 'counted' } : refused;
    },
    takeBack: async (on, nowMs) => {
      const window = windowOf(limits[on.limit], nowMs);
      await table.write(await keyOf(on, window, guardHmac), {
        update: 'ADD #count :minus',
        condition: '#count > :zero',
        names: { '#count': 'count' },
        values: { ':minus': { N: '-1' }, ':zero': { N: '0' } },
      });
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
