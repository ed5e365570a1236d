/**
 * What a warm request costs besides the network: its time without the spans in which a call was on its
 * way, and without what an empty handler takes for the Runtime API.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import type { RecordedCall, RecordedPeers } from '../../../system/performance/recorded-peers.ts';
import type { CpuCap } from '../cpu-cap.ts';
import { type Measured, summarize } from '../statistics.ts';
import { type LambdaCandidate, openLambda, PAUSE_MS } from './lambda-start.ts';

/** Until the engine has compiled what is run often. */
const WARM_UP = 150;
const MEASURED = 50;

export async function measureWarmOverhead(
  candidate: LambdaCandidate,
  peers: RecordedPeers,
  cap: CpuCap,
): Promise<Measured> {
  const { environment: lambda, ready } = await openLambda(candidate);
  try {
    await ready;
    if (lambda.pid !== undefined) cap.apply(lambda.pid);
    const ask = async (): Promise<number> => {
      const event = JSON.stringify(await candidate.nextEvent());
      await sleep(PAUSE_MS);
      peers.take();
      const startedAt = performance.now();
      await lambda.invoke(event);
      return performance.now() - startedAt - covered(peers.take());
    };
    for (let request = 0; request < WARM_UP; request += 1) await ask();
    const measured: number[] = [];
    while (measured.length < MEASURED) measured.push(await ask());
    return summarize(measured);
  } finally {
    lambda.kill();
    await lambda.exited;
  }
}

/** How long at least one of them was under way. */
function covered(spans: readonly RecordedCall[]): number {
  let sum = 0;
  let untilMs = 0;
  for (const { startedAtMs, endedAtMs } of spans.toSorted(
    (one, other) => one.startedAtMs - other.startedAtMs,
  )) {
    sum += Math.max(0, endedAtMs - Math.max(startedAtMs, untilMs));
    untilMs = Math.max(untilMs, endedAtMs);
  }
  return sum;
}
