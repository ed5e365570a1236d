/**
 * A function's share of a CPU: Lambda gives all of one during INIT and then what its memory buys.
 * Control groups of Linux do the same, where this process may write them.
 */

import { existsSync, mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** At this many megabytes a function has a whole CPU. */
export const WHOLE_CPU_MEGABYTES = 1769;
/** Lambda's own period; a longer one would stretch single calls. */
const PERIOD_MICROSECONDS = 20_000;
const V1 = '/sys/fs/cgroup/cpu';
const V2 = '/sys/fs/cgroup';

interface CpuCap {
  /** Why there is none, else undefined. */
  readonly missing: string | undefined;
  /** From now on this process gets its share and no more. */
  apply(pid: number): void;
  close(): void;
}

/** Undefined: processes are capped here. */
export function whyUncapped(): string | undefined {
  const { missing, close } = openCpuCap(WHOLE_CPU_MEGABYTES);
  close();
  return missing;
}

let opened = 0;

export function openCpuCap(memoryMegabytes: number): CpuCap {
  const share = Math.min(1, memoryMegabytes / WHOLE_CPU_MEGABYTES);
  const isV2 = existsSync(join(V2, 'cgroup.controllers'));
  opened += 1;
  const folder = join(isV2 ? V2 : V1, `silent-auth-bench-${process.pid}-${opened}`);
  const quota = Math.round(PERIOD_MICROSECONDS * share);
  try {
    mkdirSync(folder);
    if (isV2) writeFileSync(join(folder, 'cpu.max'), `${quota} ${PERIOD_MICROSECONDS}`);
    else {
      writeFileSync(join(folder, 'cpu.cfs_period_us'), String(PERIOD_MICROSECONDS));
      writeFileSync(join(folder, 'cpu.cfs_quota_us'), String(quota));
    }
  } catch (error) {
    remove(folder);
    const reason = error instanceof Error ? error.message : String(error);
    const missing = `no CPU cap after INIT, control groups cannot be written here: ${reason}`;
    return { missing, apply: () => {}, close: () => {} };
  }
  return {
    missing: undefined,
    apply: (pid) => writeFileSync(join(folder, 'cgroup.procs'), String(pid)),
    close: () => remove(folder),
  };
}

/** Empty once the processes in it have ended. */
function remove(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // It does not exist, or a process in it is about to end: an empty group that stays costs nothing.
  }
}
