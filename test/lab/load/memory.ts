/** Resident memory of every process of a stack. */

import type { Stack } from '../../../infra/local/stack.ts';
import { residentMegabytesOf } from '../../fixtures/process-usage.ts';

/** Megabytes by process id, under the name of what the process is. */
export type Memory = ReadonlyMap<string, ReadonlyMap<number, number>>;

export function readMemory({ services, processes }: Stack): Memory {
  const { aws, vonage } = services;
  const roles: Readonly<Record<string, readonly (number | undefined)[]>> = {
    'gateway and phones': [process.pid],
    store: [aws.pid()],
    simulator: [vonage?.pid()],
    ...processes(),
  };
  return new Map(
    Object.entries(roles).map(([role, all]) => {
      const pids = all.filter((pid) => pid !== undefined);
      return [role, new Map(pids.map((pid) => [pid, Math.round(residentMegabytesOf(pid))]))];
    }),
  );
}

export interface Growth {
  readonly role: string;
  readonly processes: number;
  /** Largest process, MB, of those that lived at both times. */
  readonly begin: number;
  readonly end: number;
}

export function compareMemory(begin: Memory, end: Memory): readonly Growth[] {
  return [...end].flatMap(([role, now]) => {
    const before = begin.get(role) ?? new Map<number, number>();
    const both = [...now.keys()].filter((pid) => before.has(pid));
    if (both.length === 0) return [];
    const largest = (sizes: ReadonlyMap<number, number>): number =>
      Math.max(...both.map((pid) => sizes.get(pid) ?? 0));
    return [{ role, processes: both.length, begin: largest(before), end: largest(now) }];
  });
}

/** A process may grow by a quarter, or by 48 MB: its heap is not collected before it has to be. */
const MAY_GROW = { factor: 1.25, megabytes: 48 };

export function isFlat(memory: readonly Growth[]): boolean {
  const { factor, megabytes } = MAY_GROW;
  return !memory.some(({ begin, end }) => end > begin * factor && end > begin + megabytes);
}
