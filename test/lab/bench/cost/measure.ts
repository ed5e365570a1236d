/**
 * Walks both paths on the local stack, counts what AWS would bill, and prices it. Counts are exact;
 * Lambda's time is the measured CPU over the share that the memory buys, plus assumed network waits.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { startBenchStack } from '../load/bench-stack.ts';
import { openCpuMeter } from '../load/cpu-meter.ts';
import { openAgent } from '../load/http.ts';
import { createCallMeter } from './call-meter.ts';
import { startCountingDynamoDb } from './counting-dynamodb.ts';
import { createLogMeter } from './log-volume.ts';
import { WAITS } from './model.ts';
import { CONNECTION_MINUTES, type PathCost, toPathCost } from './path-cost.ts';
import { type Path, type Traffic, walk } from './paths.ts';
import { PRICES_AS_OF, PRICES_REGION } from './prices.ts';
import { countTemplate, monthlyDollars } from './template-counts.ts';

export const TARGET_DOLLARS: Readonly<Record<Path, number>> = { happy: 29.5, fallback: 31.5 };

export interface CostReport {
  readonly prices: { readonly asOf: string; readonly region: string };
  readonly assumed: {
    readonly waitMs: typeof WAITS;
    readonly connectionMinutes: Record<Path, number>;
  };
  readonly paths: readonly PathCost[];
  readonly metricSeries: number;
  readonly monthly: Readonly<Record<string, number>>;
}

const SETTLE_MS = 1500;
/** Lambda's CPU is that of functions that run since a while, as nearly all do. */
const WARM_UP = 60;

export async function measureCost(count: number, say: (line: string) => void): Promise<CostReport> {
  const dynamodb = await startCountingDynamoDb();
  const bench = await startBenchStack(dynamodb.url).catch(async (error) => {
    await dynamodb.close();
    throw error;
  });
  const agent = openAgent();
  const { endpoints } = bench.stack;
  const logs = createLogMeter();
  const calls = createCallMeter();
  bench.stack.onLine((line) => {
    logs.hear(line);
    calls.hear(line);
  });
  const meter = openCpuMeter(bench.stack);
  try {
    const template = await countTemplate(bench.assemblyFolder);
    const price = async (path: Path): Promise<PathCost> => {
      say(`cost, ${count} times the ${path} path`);
      for (let warm = 0; warm < WARM_UP; warm += 1) await walk(path, endpoints, agent);
      await sleep(SETTLE_MS);
      for (const taken of [dynamodb, logs, calls, meter]) taken.take();
      const traffic: Traffic[] = [];
      while (traffic.length < count) traffic.push(await walk(path, endpoints, agent));
      await sleep(SETTLE_MS);
      const byTable = dynamodb.take();
      const byFunction = calls.take();
      const cpuMs = meter.take().functions;
      const counted = { traffic, byTable, byFunction, cpuMs, logs: logs.take(), template, path };
      return toPathCost(counted, count, endpoints.tables);
    };
    const paths = [await price('happy'), await price('fallback')];
    return {
      prices: { asOf: PRICES_AS_OF, region: PRICES_REGION },
      assumed: { waitMs: WAITS, connectionMinutes: CONNECTION_MINUTES },
      paths,
      metricSeries: logs.series.size,
      monthly: monthlyDollars(template, logs.series.size),
    };
  } finally {
    agent.close();
    await bench.close();
    await dynamodb.close();
  }
}
