/** Counts of starts within fixed windows: the window is part of the key, the limit of the condition. */

import type { Limit, StartLimits } from '../../config.ts';
import type { CountedOn, Guards, Refusal } from '../../domain/ports.ts';
import { addressKey } from './address-key.ts';
import type { GuardHmac } from './guards.ts';
import { startOf } from './start-of.ts';
import type { ConditionalWrite, Item, Table } from './table.ts';

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
): Pick<Guards, 'count' | 'uncount' | 'inheritCount' | 'keepCount'> {
  const itemOf = (on: CountedOn, nowMs: number): Promise<string> =>
    keyOf(on, windowOf(limits[on.limit], nowMs), guardHmac);
  return {
    count: async (on, nowMs, owner) => {
      const limit = limits[on.limit];
      const endMs = windowEndMs(limit, nowMs);
      const refused = { outcome: 'refused', retryAtMs: endMs } as const;
      if (limit.count < 1) return refused;
      const key = await itemOf(on, nowMs);
      if (await table.write(key, toCount(limit, endMs, owner))) return { outcome: 'counted' };
      return owner === undefined ? refused : whoCounts(await table.read(key), owner, refused);
    },
    // One write, so that whatever repeats it takes nothing more back.
    uncount: async (on, nowMs, owner) => {
      await table.write(await itemOf(on, nowMs), {
        update: 'ADD #count :minus DELETE #starts :both',
        condition: 'contains(#starts, :owner)',
        names: { '#count': 'count', '#starts': 'starts' },
        values: {
          ':minus': { N: '-1' },
          ':owner': { S: owner },
          ':both': { SS: [startOf(owner), owner] },
        },
      });
    },
    inheritCount: async (on, nowMs, heldBy) => {
      const inherited = await table.write(await itemOf(on, nowMs), {
        update: 'DELETE #starts :owners',
        condition: 'contains(#starts, :holder)',
        names: { '#starts': 'starts' },
        values: { ':holder': { S: heldBy }, ':owners': { SS: [heldBy] } },
      });
      return inherited !== undefined;
    },
    keepCount: async (on, nowMs, owner) => {
      await table.write(await itemOf(on, nowMs), {
        update: 'DELETE #starts :both',
        condition: 'contains(#starts, :start)',
        names: { '#starts': 'starts' },
        values: { ':start': { S: startOf(owner) }, ':both': { SS: [startOf(owner), owner] } },
      });
    },
  };
}

/** The item remembers the starts that are under way, each with the try that has counted for it. */
function toCount(limit: Limit, endMs: number, owner: string | undefined): ConditionalWrite {
  const hasRoom = '(attribute_not_exists(#count) OR #count < :limit)';
  const values = {
    ':one': { N: '1' },
    ':limit': { N: String(limit.count) },
    ':ttl': { N: String(Math.floor(endMs / 1000) + TTL_MARGIN_SECONDS) },
  };
  const names = { '#count': 'count', '#ttl': 'ttl' };
  if (owner === undefined) {
    return { update: 'SET #ttl = :ttl ADD #count :one', condition: hasRoom, names, values };
  }
  const start = startOf(owner);
  return {
    update: 'SET #ttl = :ttl ADD #count :one, #starts :both',
    condition: `${hasRoom} AND NOT contains(#starts, :start)`,
    names: { ...names, '#starts': 'starts' },
    values: { ...values, ':start': { S: start }, ':both': { SS: [start, owner] } },
  };
}

function whoCounts(
  item: Item | undefined,
  owner: string,
  refused: Refusal,
): { readonly outcome: 'counted'; readonly heldBy?: string } | Refusal {
  const starts = item?.starts?.SS ?? [];
  if (!starts.includes(startOf(owner))) return refused;
  // Our own write whose answer was lost, or another try of this start.
  if (starts.includes(owner)) return { outcome: 'counted' };
  const heldBy = starts.find((other) => other.startsWith(`${startOf(owner)}.`));
  return { outcome: 'counted', heldBy: heldBy ?? owner };
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
