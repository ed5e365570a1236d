/** Counts of starts within fixed windows: the window is part of the key, the limit of the condition. */

import type { Limit, StartLimits } from '../../config.ts';
import type { CountedOn, Guards } from '../../domain/ports.ts';
import { addressKey } from './address-key.ts';
import type { GuardHmac } from './guards.ts';
import type { ConditionalWrite, Table } from './table.ts';

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
): Pick<Guards, 'count' | 'releaseCount'> {
  return {
    count: async (on, nowMs, start) => {
      const limit = limits[on.limit];
      const endMs = windowEndMs(limit, nowMs);
      const refused = { outcome: 'refused', retryAtMs: endMs } as const;
      if (limit.count < 1) return refused;
      const key = await keyOf(on, windowOf(limit, nowMs), guardHmac);
      if (await table.write(key, toCount(limit, endMs, start))) return { outcome: 'counted' };
      if (start === undefined) return refused;
      const isHeld = (await table.read(key))?.starts?.SS?.includes(start);
      return isHeld ? { outcome: 'counted', isHeld: true } : refused;
    },
    releaseCount: async (on, nowMs, start, uncount) => {
      const names = { '#count': 'count', '#starts': 'starts' };
      const values = { ':start': { S: start }, ':starts': { SS: [start] } };
      const release = { update: 'DELETE #starts :starts', condition: 'contains(#starts, :start)' };
      // One write, so that a repeat of it takes nothing more back.
      await table.write(
        await keyOf(on, windowOf(limits[on.limit], nowMs), guardHmac),
        uncount
          ? {
              update: `${release.update} ADD #count :minus`,
              condition: release.condition,
              names,
              values: { ...values, ':minus': { N: '-1' } },
            }
          : { ...release, names: { '#starts': names['#starts'] }, values },
      );
    },
  };
}

/** The item remembers the starts that are under way: their other tries, which overlap, need not count. */
function toCount(limit: Limit, endMs: number, start: string | undefined): ConditionalWrite {
  const hasRoom = '(attribute_not_exists(#count) OR #count < :limit)';
  const values = {
    ':one': { N: '1' },
    ':limit': { N: String(limit.count) },
    ':ttl': { N: String(Math.floor(endMs / 1000) + TTL_MARGIN_SECONDS) },
  };
  const names = { '#count': 'count', '#ttl': 'ttl' };
  if (start === undefined) {
    return { update: 'SET #ttl = :ttl ADD #count :one', condition: hasRoom, names, values };
  }
  return {
    update: 'SET #ttl = :ttl ADD #count :one, #starts :starts',
    condition: `${hasRoom} AND NOT contains(#starts, :start)`,
    names: { ...names, '#starts': 'starts' },
    values: { ...values, ':start': { S: start }, ':starts': { SS: [start] } },
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
