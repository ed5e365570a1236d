/** What a verification costs when this many are in flight: all are begun before one is finished. */

import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startLabStack } from '../../load/lab-stack.ts';
import { forkChild } from '../child.ts';
import type { Order, Outcome } from './client.ts';
import { openCpuMeter, sum } from './cpu-meter.ts';
import { STAGE_SETTINGS, TIME_SCALE } from './stage-settings.ts';

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
  sizes: readonly number[],
  say: (line: string) => void,
): Promise<{ readonly results: readonly GrowthResult[] }> {
  const stack = await startLabStack(STAGE_SETTINGS, { timeScale: TIME_SCALE });
  const load = forkChild<Order, Outcome>(join(import.meta.dirname, 'client.ts'));
  const meter = openCpuMeter(stack);
  const results: GrowthResult[] = [];
  const order = { url: stack.endpoints.api, concurrency: CONCURRENCY };
  try {
    await load.carryOut({ ...order, count: CONCURRENCY });
    for (const inFlight of sizes) {
      say(`growth, ${inFlight} in flight`);
      await sleep(SETTLE_MS);
      meter.take();
      const { completed, tookMs, failures } = await load.carryOut({ ...order, count: inFlight });
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
    return { results };
  } finally {
    await load.close();
    await stack.close();
  }
}
