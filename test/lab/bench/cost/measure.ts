/**
 * Walks both paths on the local stack, counts what AWS would bill, and prices it. Counts are exact;
 * Lambda's time is the measured CPU over the share that the memory buys, plus assumed network waits.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../../../fixtures/until.ts';
import { startLabStack } from '../../load/lab-stack.ts';
import { openCpuMeter } from '../load/cpu-meter.ts';
import { STAGE_SETTINGS, TIME_SCALE } from '../load/stage-settings.ts';
import { startCountingDynamoDb } from './counting-dynamodb.ts';
import { createLogMeter } from './log-meter.ts';
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

/** After the last line: until no process works any more. */
const SETTLE_MS = 1500;
/** Verifications before the measured ones: most functions in use have run for a while. */
const WARM_UP = 60;

export async function measureCost(count: number, say: (line: string) => void): Promise<CostReport> {
  const dynamodb = await startCountingDynamoDb();
  const options = { timeScale: TIME_SCALE, dynamodbEndpoint: dynamodb.url };
  const stack = await startLabStack(STAGE_SETTINGS, options).catch(async (error) => {
    await dynamodb.close();
    throw error;
  });
  const { endpoints } = stack;
  const logs = createLogMeter();
  stack.onLine(logs.hear);
  const meter = openCpuMeter(stack);
  try {
    const template = await countTemplate(stack.assemblyFolder);
    /** The line of the clock is the last one of a verification. */
    const allPrinted = async (verifications: number): Promise<void> => {
      await until(() => logs.callsOf('clock') >= verifications || undefined);
      await sleep(SETTLE_MS);
    };
    const price = async (path: Path): Promise<PathCost> => {
      say(`cost, ${count} times the ${path} path`);
      for (let warm = 0; warm < WARM_UP; warm += 1) await walk(path, endpoints);
      await allPrinted(WARM_UP);
      for (const taken of [dynamodb, logs, meter]) taken.take();
      const traffic: Traffic[] = [];
      while (traffic.length < count) traffic.push(await walk(path, endpoints));
      await allPrinted(count);
      const [billed, printed, used] = [dynamodb.take(), logs.take(), meter.take()];
      const counted = { path, traffic, billed, printed, cpuMs: used.functions, template };
      return toPathCost(counted, count);
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
    await stack.close();
    await dynamodb.close();
  }
}
