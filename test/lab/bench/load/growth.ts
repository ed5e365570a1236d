/** What a verification costs when this many are in flight: all are begun before one is finished. */

import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchStack } from './bench-stack.ts';
import { openCpuMeter, sum } from './cpu-meter.ts';
import { openLoader } from './loader.ts';

export interface GrowthResult {
  readonly inFlight: number;
  readonly completed: number;
  /** Per verification: of the functions, of what stands for API Gateway, for DynamoDB. */
  readonly cpuMs: number;
  readonly gatewayCpuMs: number;
  readonly storeCpuMs: number;
  readonly perSecond: number;
  readonly failures: readonly string[];
}

const CONCURRENCY = 16;
const SETTLE_MS = 2000;

export async function measureGrowth(
  { stack }: BenchStack,
  sizes: readonly number[],
  say: (line: string) => void,
): Promise<readonly GrowthResult[]> {
  const loader = openLoader();
  const meter = openCpuMeter(stack);
  const results: GrowthResult[] = [];
  const order = { url: stack.endpoints.api, concurrency: CONCURRENCY };
  try {
    await loader.carryOut({ ...order, count: CONCURRENCY });
    for (const inFlight of sizes) {
      say(`growth, ${inFlight} in flight`);
      await sleep(SETTLE_MS);
      meter.take();
      const { completed, tookMs, failures } = await loader.carryOut({ ...order, count: inFlight });
      await sleep(SETTLE_MS);
      const used = meter.take();
      results.push({
        inFlight,
        completed,
        cpuMs: sum(Object.values(used.functions)) / completed,
        gatewayCpuMs: used.gateway / completed,
        storeCpuMs: used.aws / completed,
        perSecond: (completed * 1000) / tookMs,
        failures,
      });
    }
    return results;
  } finally {
    await loader.close();
  }
}
