/** What the scheduler of Linux says about a process: unlike a clock, it does not count other programs. */

import { readdirSync, readFileSync } from 'node:fs';

export interface SchedulerTimes {
  /** On a CPU, all threads. */
  readonly cpuMs: number;
  /** Ready to run, but another program had the CPU; the main thread. */
  readonly waitedMs: number;
}

export function schedulerTimesOf(pid: number): SchedulerTimes {
  const threads = readdirSync(`/proc/${pid}/task`).map((thread) => timesIn(pid, thread));
  const main = timesIn(pid, String(pid));
  return {
    cpuMs: threads.reduce((sum, { cpuMs }) => sum + cpuMs, 0),
    waitedMs: main.waitedMs,
  };
}

/** `<on CPU, ns> <waiting, ns> <time slices>` */
function timesIn(pid: number, thread: string): SchedulerTimes {
  const [cpuNs, waitedNs] = readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(
    ' ',
  );
  return { cpuMs: Number(cpuNs) / 1e6, waitedMs: Number(waitedNs) / 1e6 };
}
