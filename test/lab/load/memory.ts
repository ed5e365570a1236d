/** Resident memory of every process of a stack. */

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Stack } from '../../../infra/local/stack.ts';

/** Megabytes by process id, under the name of what the process is. */
export type Memory = ReadonlyMap<string, ReadonlyMap<number, number>>;

const run = promisify(execFile);

/** Empty where there is no `ps`. */
export async function readMemory(stack: Stack): Promise<Memory> {
  const roles: readonly (readonly [string, readonly (number | undefined)[]])[] = [
    ['gateway and phones', [process.pid]],
    ['store', [stack.services.aws.pid()]],
    ['simulator', [stack.services.vonage?.pid()]],
    ...Object.entries(stack.processes()),
  ];
  const pids = roles.flatMap(([, ids]) => ids).filter((pid) => pid !== undefined);
  const sizes = await readSizes(pids);
  return new Map(
    roles.map(([role, ids]) => [role, new Map(sizes.filter(([pid]) => ids.includes(pid)))]),
  );
}

async function readSizes(pids: readonly number[]): Promise<readonly (readonly [number, number])[]> {
  try {
    const { stdout } = await run('ps', ['-o', 'pid=,rss=', '-p', pids.join(',')]);
    return stdout
      .trim()
      .split('\n')
      .map((line) => line.trim().split(/\s+/).map(Number))
      .map(([pid = 0, kilobytes = 0]) => [pid, Math.round(kilobytes / 1024)]);
  } catch {
    return [];
  }
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
