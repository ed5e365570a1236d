/**
 * What each trick saves: a build with everything and one without that trick alone, one start after the
 * other, the order changing from pair to pair. Differences are made within a pair.
 */

import { ESBUILD_OPTIONS } from '../../../../infra/aws/bundle.ts';
import { progress } from '../../../../shared/command/progress.ts';
import { timesOf } from '../../../fixtures/process-usage.ts';
import { type RecordedPeers, startRecordedPeers } from '../../../fixtures/recorded-peers.ts';
import { buildFunction } from '../builds.ts';
import { openLambda } from '../lambda.ts';
import type { Measured, Row } from '../report.ts';
import { startRequest } from '../requests.ts';
import { medianOf, single, spread } from '../statistics.ts';
import { startDistantPeers } from './distant-peers.ts';
import { TRICKS } from './tricks.ts';

/** Of the function `start`. */
interface Start {
  /** CPU time of INIT and the first request. */
  readonly cpuMs: number;
  /** INIT, less what other programs took, and the first request. */
  readonly waitMs: number;
  /** Of the first request alone, with its share of a CPU. */
  readonly firstMs: number;
  /** CPU time of one warm request. */
  readonly warmCpuMs: number;
}

const WARM_REQUESTS = 20;

export async function measureTricks(rounds: number): Promise<Measured> {
  const whole = await buildFunction('everything', 'start', ESBUILD_OPTIONS);
  const tricks = [];
  for (const { name, without } of TRICKS) {
    const folder = await buildFunction(name.replaceAll(' ', '-'), 'start', without);
    tricks.push({ name, folder, own: [] as Start[], other: [] as Start[] });
  }
  const peers = await startRecordedPeers();
  const distant = await startDistantPeers(peers);
  const start = (folder: string): Promise<Start> => measure(folder, distant.environment, peers);
  try {
    for (let round = 1; round <= rounds; round += 1) {
      progress(`tricks, pair ${round} of ${rounds}`);
      for (const { folder, own, other } of tricks) {
        if (round % 2 === 0) own.push(await start(whole));
        other.push(await start(folder));
        if (round % 2 !== 0) own.push(await start(whole));
      }
    }
  } finally {
    distant.close();
    await peers.close();
  }
  const note =
    'start; interleaved pairs; median and quartiles of the differences. AWS is 1 ms away, Vonage 40 ms, over TLS. CPU: all threads. wait: INIT without the time that other programs had the CPU, and the first request with the CPU of 512 MB.';
  return { parts: [tricks.map(({ name, own, other }) => toRow(name, own, other)), note] };
}

async function measure(
  folder: string,
  environment: Readonly<Record<string, string>>,
  peers: RecordedPeers,
): Promise<Start> {
  const lambda = await openLambda({ folder, environment });
  const { pid, initMs } = lambda;
  try {
    const { waitedMs } = timesOf(pid);
    const startedAt = performance.now();
    await lambda.ask(startRequest());
    const firstMs = performance.now() - startedAt;
    const { cpuMs } = timesOf(pid);
    for (let request = 0; request < WARM_REQUESTS; request += 1) await lambda.ask(startRequest());
    const warmCpuMs = (timesOf(pid).cpuMs - cpuMs) / WARM_REQUESTS;
    return { cpuMs, waitMs: initMs - waitedMs + firstMs, firstMs, warmCpuMs };
  } finally {
    peers.take();
    await lambda.close();
  }
}

/** What is saved: without the trick less with it, within a pair, and as a share of the build without. */
function toRow(name: string, own: readonly Start[], other: readonly Start[]): Row {
  const saved = (of: keyof Start, digits: number) =>
    spread(
      other.map((start, pair) => start[of] - (own[pair]?.[of] ?? Number.NaN)),
      digits,
    );
  const percent = (of: keyof Start) => {
    const { median } = saved(of, 0);
    return single((100 * median) / (medianOf(own.map((start) => start[of])) + median));
  };
  return {
    'saved by': name,
    pairs: single(own.length),
    'CPU ms, init + first': saved('cpuMs', 1),
    'CPU %': percent('cpuMs'),
    'wait ms, init + first': saved('waitMs', 1),
    'wait %': percent('waitMs'),
    'first ms': saved('firstMs', 1),
    'warm CPU ms': saved('warmCpuMs', 2),
    'warm CPU %': percent('warmCpuMs'),
  };
}
