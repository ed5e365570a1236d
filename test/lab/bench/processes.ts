/** What a process has used so far, as the scheduler of Linux counts it; NaN elsewhere. */

import { readdirSync, readFileSync } from 'node:fs';

interface Times {
  /** On a CPU, all threads. */
  readonly cpuMs: number;
  /** Ready to run, but another program had the CPU; the main thread. */
  readonly waitedMs: number;
}

export function timesOf(pid: number): Times {
  try {
    const threads = readdirSync(`/proc/${pid}/task`).map((thread) => timesIn(pid, thread));
    const { waitedMs } = timesIn(pid, String(pid));
    return { cpuMs: threads.reduce((sum, { cpuMs }) => sum + cpuMs, 0), waitedMs };
  } catch {
    return { cpuMs: Number.NaN, waitedMs: Number.NaN };
  }
}

/** `<on CPU, ns> <waiting, ns> <time slices>` */
function timesIn(pid: number, thread: string): Times {
  const text = readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8');
  const [cpuMs = Number.NaN, waitedMs = Number.NaN] = text.split(' ').map((ns) => Number(ns) / 1e6);
  return { cpuMs, waitedMs };
}

/** Resident memory in megabytes. */
export function residentMegabytesOf(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) / 1024;
  } catch {
    return Number.NaN;
  }
}
