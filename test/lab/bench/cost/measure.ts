/**
 * Walks both paths on the local stack, counts what AWS would bill, and prices it. Counts are exact;
 * Lambda's time is the measured CPU over the share that the memory buys, plus assumed network waits.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { progress } from '../../../../shared/command/progress.ts';
import { until } from '../../../fixtures/until.ts';
import { wakeUp } from '../../../fixtures/wake-up.ts';
import { begin, finish, type Path, type Traffic } from '../paths.ts';
import type { FunctionUse, Measured, Row } from '../report.ts';
import { openCpuMeter, startBenchStack } from '../stack.ts';
import { single, sum } from '../statistics.ts';
import { startCountingDynamoDb } from './counting-dynamodb.ts';
import { createLogMeter } from './log-meter.ts';
import { dollarsPerMillion, toUsage, type Usage, VARIANTS } from './model.ts';
import { PRICES, PRICES_AS_OF, PRICES_REGION } from './prices.ts';
import { readTemplateCosts } from './template-counts.ts';

const TARGET_DOLLARS: Readonly<Record<Path, number>> = { happy: 29.5, fallback: 31.5 };

/** After the last line: until no process works any more. */
const SETTLE_MS = 1500;
/** Verifications before the measured ones: most functions in use have run for a while. */
const WARM_UP = 60;

interface Priced {
  readonly usage: Usage;
  readonly dollars: Readonly<Record<string, number>>;
}

export async function measureCost(count: number): Promise<Measured> {
  const dynamodb = await startCountingDynamoDb();
  const stack = await startBenchStack(dynamodb.url).catch(async (error) => {
    await dynamodb.close();
    throw error;
  });
  const { endpoints } = stack;
  const logs = createLogMeter();
  stack.onLine(logs.hear);
  const takeCpu = openCpuMeter(stack);

  /** The clock's message, which comes a minute later, is sent once more without its delay. */
  async function walk(path: Path, times: number): Promise<readonly Traffic[]> {
    const traffic: Traffic[] = [];
    while (traffic.length < times) {
      const begun = await begin(path, endpoints);
      traffic.push(await finish(begun));
      await wakeUp(endpoints, begun.app.requestId);
    }
    // The line of the clock is the last one of a verification.
    await until(() => logs.callsOf('clock') >= times || undefined);
    await sleep(SETTLE_MS);
    return traffic;
  }

  try {
    const { monthly, accessLogBytes } = await readTemplateCosts(stack.assemblyFolder);
    const price = async (path: Path): Promise<Priced> => {
      progress(`cost, ${count} times the ${path} path`);
      await walk(path, WARM_UP);
      for (const take of [dynamodb.take, logs.take, takeCpu]) take();
      const traffic = await walk(path, count);
      const [billed, printed, cpuMs] = [dynamodb.take(), logs.take(), takeCpu()];
      const usage = toUsage({ path, traffic, billed, printed, cpuMs, accessLogBytes });
      return { usage, dollars: dollarsPerMillion(usage) };
    };
    const paths = { happy: await price('happy'), fallback: await price('fallback') };
    const metrics = logs.series.size * PRICES.cloudwatch.perMetricMonth;
    const title = `$ per month, ${logs.series.size} metric series`;
    const months = Object.entries({ 'metric series': metrics, ...monthly }).map(
      ([name, dollars]): Row => ({ [title]: name, '': single(dollars, 2) }),
    );
    const { calls, cpuMsOf } = paths.happy.usage;
    const functions = Object.entries(calls).map(([name, each]): [string, FunctionUse] => [
      name,
      { calls: each, cpuMs: cpuMsOf[name] ?? Number.NaN },
    ]);
    return { parts: [...toParts(paths), months], functions: Object.fromEntries(functions) };
  } finally {
    await stack.close();
    await dynamodb.close();
  }
}

function toParts({ happy, fallback }: Readonly<Record<Path, Priced>>): Measured['parts'] {
  const rows = (
    title: string,
    digits: number,
    all: Readonly<Record<string, (priced: Priced) => number>>,
  ): readonly Row[] =>
    Object.entries(all).map(([label, of]) => ({
      [title]: label,
      happy: single(of(happy), digits),
      fallback: single(of(fallback), digits),
    }));
  const parts = Object.keys(happy.dollars).toSorted(
    (one, other) => (happy.dollars[other] ?? 0) - (happy.dollars[one] ?? 0),
  );
  const total = (dollars: Priced['dollars']): number => sum(Object.values(dollars));
  const goals = Object.entries({ happy, fallback }).map(([path, { dollars }]) => {
    const target = TARGET_DOLLARS[path as Path];
    return `${path} ≤ $${target} ${total(dollars) <= target ? 'reached' : 'missed'}`;
  });
  const counted = 'counted per verification';
  return [
    rows('$ per million verifications', 2, {
      ...Object.fromEntries(parts.map((part) => [part, ({ dollars }) => dollars[part] ?? 0])),
      ...Object.fromEntries(
        Object.entries(VARIANTS).map(([name, assumptions]) => [
          name,
          ({ usage }) => total(dollarsPerMillion(usage, assumptions)),
        ]),
      ),
    }),
    `goals: ${goals.join(', ')}; list prices of ${PRICES_REGION}, ${PRICES_AS_OF}`,
    [
      ...rows(counted, 1, {
        'HTTP requests': ({ usage }) => usage.httpRequests,
        'WebSocket messages and handshakes': ({ usage }) => usage.messages,
        'Lambda invocations': ({ usage }) => usage.invocations,
        'SQS requests': ({ usage }) => usage.queueRequests,
        'Lambda CPU ms': ({ usage }) => usage.cpuMs,
      }),
      ...rows(counted, 0, {
        'Lambda network ms, assumed': ({ usage }) => usage.waitMs,
        'request line bytes': ({ usage }) => usage.logLineBytes,
        'metric line bytes': ({ usage }) => usage.metricBytes,
        'access log bytes': ({ usage }) => usage.accessLogBytes,
      }),
      ...rows(counted, 1, {
        'DynamoDB requests': ({ usage }) => usage.dynamodb.requests,
        'DynamoDB writeUnits': ({ usage }) => usage.dynamodb.writeUnits,
        'DynamoDB readUnits': ({ usage }) => usage.dynamodb.readUnits,
        'DynamoDB refused': ({ usage }) => usage.dynamodb.refused,
      }),
    ],
  ];
}
