/** What a process has used so far, as Linux counts it; nothing elsewhere. */

import { readFileSync } from 'node:fs';

/** `getconf CLK_TCK`: the same on every Linux. */
const TICKS_PER_SECOND = 100;

/** User and system time of a process, all threads; NaN where it cannot be read. */
export function cpuMsOf(pid: number): number {
  try {
    const [, rest = ''] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ');
    const fields = rest.split(' ');
    return ((Number(fields[11]) + Number(fields[12])) * 1000) / TICKS_PER_SECOND;
  } catch {
    return Number.NaN;
  }
}

/** Resident memory in megabytes; NaN where it cannot be read. */
export function residentMegabytesOf(pid: number): number {
  try {
    const [, kilobytes] =
      /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return Number(kilobytes) / 1024;
  } catch {
    return Number.NaN;
  }
}
