/** CPU time of the parts of the local stack, as differences between two moments. */

import type { Stack } from '../../../../infra/local/stack.ts';
import { cpuMsOf } from '../processes.ts';

/** Milliseconds of CPU. */
interface CpuUsed {
  /** Of each function's processes, by its name. */
  readonly functions: Readonly<Record<string, number>>;
  /** What stands for API Gateway. */
  readonly gateway: number;
  /** What stands for DynamoDB and Secrets Manager. */
  readonly aws: number;
}

interface CpuMeter {
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
      aws: cpuMsOf(stack.services.aws.pid() ?? 0),
    };
  };
  let last = read();
  return {
    take() {
      const now = read();
      const functions = Object.entries(now.functions).map(([name, ms]) => {
        return [name, ms - (last.functions[name] ?? 0)];
      });
      const used = {
        functions: Object.fromEntries(functions),
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
