/** CPU time of the parts of the local stack, as differences between two moments. */

import { readdirSync, readFileSync } from 'node:fs';
import type { Stack } from '../../../../infra/local/stack.ts';
import { cpuMsOf } from '../processes.ts';

/** Milliseconds of CPU. */
export interface CpuUsed {
  /** Of each function's processes, by its name. */
  readonly functions: Readonly<Record<string, number>>;
  /** What stands for API Gateway. */
  readonly gateway: number;
  /** What stands for DynamoDB and Secrets Manager. */
  readonly aws: number;
}

export interface CpuMeter {
  /** Since the last time. */
  take(): CpuUsed;
}

export function openCpuMeter(stack: Stack): CpuMeter {
  const read = (): CpuUsed => {
    const { user, system } = process.cpuUsage();
    return {
      functions: Object.fromEntries(
        Object.entries(stack.processes()).map(([name, pids]) => [name, sum(pids.map(cpuMsOf))]),
      ),
      gateway: (user + system) / 1000,
      aws: sum(childrenWith('aws/main.ts').map(cpuMsOf)),
    };
  };
  let last = read();
  return {
    take() {
      const now = read();
      const used = {
        functions: Object.fromEntries(
          Object.entries(now.functions).map(([name, ms]) => [
            name,
            ms - (last.functions[name] ?? 0),
          ]),
        ),
        gateway: now.gateway - last.gateway,
        aws: now.aws - last.aws,
      };
      last = now;
      return used;
    },
  };
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** This process's children whose command line holds `part`. */
function childrenWith(part: string): readonly number[] {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name) && isChild(name))
      .filter((name) => readFileSync(`/proc/${name}/cmdline`, 'utf8').includes(part))
      .map(Number);
  } catch {
    return []; // not Linux, or a process ended while it was looked at
  }
}

function isChild(name: string): boolean {
  try {
    const status = readFileSync(`/proc/${name}/status`, 'utf8');
    return new RegExp(`^PPid:\\s+${process.pid}$`, 'm').test(status);
  } catch {
    return false;
  }
}
