/**
 * What each trick saves: a build with everything and one without that trick alone, one start after the
 * other, the order changing from pair to pair. Differences are made within a pair.
 */

import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { ESBUILD_OPTIONS } from '../../../../infra/aws/bundle.ts';
import {
  type RecordedPeers,
  startRecordedPeers,
} from '../../../system/performance/recorded-peers.ts';
import { MEMORY_MEGABYTES, openLambda } from '../cold/lambda-start.ts';
import { startEvent } from '../cold/requests.ts';
import { type CpuCap, openCpuCap } from '../cpu-cap.ts';
import { type Measured, summarize } from '../statistics.ts';
import { startDistantPeers } from './distant-peers.ts';
import { schedulerTimesOf } from './scheduler-times.ts';
import { TRICKS } from './tricks.ts';

/** Of the function `start`. */
export interface Start {
  /** CPU time of INIT and the first request. */
  readonly cpuMs: number;
  /** INIT, less what other programs took, and the first request. */
  readonly waitMs: number;
  /** Of the first request alone, with the CPU of {@link MEMORY_MEGABYTES}. */
  readonly firstMs: number;
  /** CPU time of one warm request. */
  readonly warmCpuMs: number;
}

export interface TrickResult {
  readonly name: string;
  readonly pairs: number;
  /** Median of the whole build; what the differences are a share of. */
  readonly whole: Readonly<Record<keyof Start, number>>;
  /** What is saved: without the trick less with it, within a pair. */
  readonly saved: Readonly<Record<keyof Start, Measured>>;
}

export interface TrickReport {
  readonly results: readonly TrickResult[];
}

const ROOT = join(import.meta.dirname, '..', '..', '..', '..');
/** Inside the project, because what is not bundled is found in its `node_modules`. */
const OUTPUT = join(ROOT, 'reports', 'bench-tricks');

export interface TrickOptions {
  readonly pairs: number;
  /** Requests after the first one of each start. */
  readonly warmRequests: number;
  /** Names; none: all. */
  readonly only: readonly string[];
}

export async function measureTricks(
  { pairs, warmRequests, only }: TrickOptions,
  say: (line: string) => void,
): Promise<TrickReport> {
  const chosen = TRICKS.filter(({ name }) => only.length === 0 || only.includes(name));
  const whole = await bundleTo('everything', ESBUILD_OPTIONS);
  const others = await Promise.all(
    chosen.map(async ({ name, without }) => ({ name, folder: await bundleTo(name, without) })),
  );
  const peers = await startRecordedPeers();
  const distant = await startDistantPeers(peers);
  const cap = openCpuCap(MEMORY_MEGABYTES);
  if (cap.missing) say(cap.missing);
  const started = new Map<string, { readonly own: Start; readonly other: Start }[]>();
  try {
    for (let pair = 1; pair <= pairs; pair += 1) {
      say(`tricks, pair ${pair} of ${pairs}`);
      for (const { name, folder } of others) {
        const folders = pair % 2 === 0 ? [whole, folder] : [folder, whole];
        const times: Start[] = [];
        for (const one of folders)
          times.push(await start(one, distant.environment, { peers, cap, warmRequests }));
        const [first, second] = times;
        if (!first || !second) continue;
        const found =
          pair % 2 === 0 ? { own: first, other: second } : { own: second, other: first };
        started.set(name, [...(started.get(name) ?? []), found]);
      }
    }
  } finally {
    distant.close();
    cap.close();
    await peers.close();
  }
  return { results: others.map(({ name }) => toResult(name, started.get(name) ?? [])) };
}

async function bundleTo(name: string, options: typeof ESBUILD_OPTIONS | object): Promise<string> {
  const folder = join(OUTPUT, name.replaceAll(' ', '-'));
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  await build({
    ...options,
    logLevel: 'error',
    entryPoints: [join(ROOT, 'functions', 'start', 'index.ts')],
    outfile: join(folder, 'index.mjs'),
  });
  return folder;
}

async function start(
  folder: string,
  environment: Readonly<Record<string, string>>,
  {
    peers,
    cap,
    warmRequests,
  }: { readonly peers: RecordedPeers; readonly cap: CpuCap; readonly warmRequests: number },
): Promise<Start> {
  const opened = await openLambda({ folder, environment });
  const { environment: lambda, ready } = opened;
  try {
    await ready;
    const { pid = 0, initMs = Number.NaN } = lambda;
    const ask = async (): Promise<number> => {
      const startedAt = performance.now();
      const result = await lambda.invoke(JSON.stringify(startEvent()));
      const tookMs = performance.now() - startedAt;
      const { statusCode } = result.type === 'success' ? JSON.parse(result.payload) : {};
      if (statusCode !== 202) throw new Error(`${folder}: ${JSON.stringify(result)}`);
      return tookMs;
    };
    const afterInit = schedulerTimesOf(pid);
    cap.apply(pid);
    const firstMs = await ask();
    const afterFirst = schedulerTimesOf(pid);
    for (let request = 0; request < warmRequests; request += 1) await ask();
    const afterWarm = schedulerTimesOf(pid);
    peers.take();
    return {
      cpuMs: afterFirst.cpuMs,
      waitMs: initMs - afterInit.waitedMs + firstMs,
      firstMs,
      warmCpuMs: (afterWarm.cpuMs - afterFirst.cpuMs) / warmRequests,
    };
  } finally {
    lambda.kill();
    await lambda.exited;
  }
}

function toResult(
  name: string,
  pairs: readonly { readonly own: Start; readonly other: Start }[],
): TrickResult {
  const whole = (measure: keyof Start): number =>
    summarize(pairs.map(({ own }) => own[measure])).median;
  const saved = (measure: keyof Start): Measured =>
    summarize(pairs.map(({ own, other }) => other[measure] - own[measure]));
  return {
    name,
    pairs: pairs.length,
    whole: ofEach(whole),
    saved: ofEach(saved),
  };
}

function ofEach<T>(of: (measure: keyof Start) => T): Readonly<Record<keyof Start, T>> {
  return {
    cpuMs: of('cpuMs'),
    waitMs: of('waitMs'),
    firstMs: of('firstMs'),
    warmCpuMs: of('warmCpuMs'),
  };
}

/** Tricks that this run did not measure keep what an earlier one found. */
export function withKnown(found: TrickReport, known: TrickReport | undefined): TrickReport {
  const all = new Map([...(known?.results ?? []), ...found.results].map((it) => [it.name, it]));
  return { results: TRICKS.flatMap(({ name }) => all.get(name) ?? []) };
}
