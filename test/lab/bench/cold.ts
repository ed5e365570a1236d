/**
 * Cold starts side by side: every candidate once per round, each right after an empty handler, so
 * that whatever slows the machine slows both of a pair. Ratios are made within a pair.
 */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { progress } from '../../../shared/command/progress.ts';
import { variables } from '../../fixtures/bundled-function.ts';
import { residentMegabytesOf } from '../../fixtures/process-usage.ts';
import {
  type RecordedCall,
  type RecordedPeers,
  startRecordedPeers,
} from '../../fixtures/recorded-peers.ts';
import { buildAll, OURS } from './builds.ts';
import { whyUncapped } from './cpu-cap.ts';
import {
  type Lambda,
  type LambdaOptions,
  MEMORY_MEGABYTES,
  openLambda,
  openRequests,
} from './lambda.ts';
import { peerVariables } from './peers/variables.ts';
import type { Measured, Row } from './report.ts';
import type { Request } from './requests.ts';
import { medianOf, ratios, single, spread } from './statistics.ts';

interface Candidate extends LambdaOptions {
  readonly name: string;
  /** The candidate to compare with, besides the empty handler. */
  readonly peer?: string;
  readonly nextRequest: () => Promise<Request>;
  readonly isDeployed?: boolean;
}

interface ColdStart {
  /** Process start to readiness. */
  readonly initMs: number;
  /** The first request, as its caller sees it. */
  readonly firstMs: number;
  /** Of both. */
  readonly wholeMs: number;
  /** Median of the requests after that. */
  readonly warmMs: number;
  readonly residentMegabytes: number;
}

interface Starts {
  readonly own: readonly ColdStart[];
  /** The empty handlers, each started right before. */
  readonly floor: readonly ColdStart[];
}

const WARM_REQUESTS = 8;
/** Lets a capped process have its share again, as the pauses between requests do. */
const PAUSE_MS = 50;

export async function measureColdStarts(rounds: number): Promise<Measured> {
  const builds = await buildAll();
  const peers = await startRecordedPeers();
  const [ours, theirs] = [variables(peers), peerVariables(peers)];
  const requests = await openRequests({ folder: builds.lean('start'), environment: ours });
  const others = await openRequests({ folder: builds.peerLambda, environment: theirs });
  try {
    const nothing: Candidate = {
      name: 'empty handler',
      folder: builds.empty,
      environment: {},
      nextRequest: async () => ({ ...(await requests.start()), status: 204 }),
    };
    const candidates: readonly Candidate[] = [
      nothing,
      ...OURS.flatMap((name) => {
        const peer = `SDK Lambda: ${name}`;
        const own = { environment: ours, nextRequest: requests[name], peer };
        const sdk = { environment: theirs, nextRequest: others[name] };
        return [
          { ...own, name: `ours: ${name}`, folder: builds.lean(name), isDeployed: true },
          { ...own, name: `ours, unprimed: ${name}`, folder: builds.unprimed(name) },
          { ...own, name: `ours, obvious bundle: ${name}`, folder: builds.obvious(name) },
          { ...sdk, name: peer, folder: builds.peerLambda },
        ];
      }),
    ];
    const measured = candidates.map((candidate) => {
      return { candidate, floor: [] as ColdStart[], own: [] as ColdStart[] };
    });
    for (let round = 1; round <= rounds; round += 1) {
      progress(`cold starts, round ${round} of ${rounds}`);
      for (const { candidate, floor, own } of measured) {
        floor.push(await startCold(nothing));
        own.push(await startCold(candidate));
      }
    }
    progress('warm requests');
    const emptyMs = await measureOverhead(nothing, peers);
    const rows: Row[] = [];
    for (const { candidate, ...starts } of measured) {
      const peer = measured.find((one) => one.candidate.name === candidate.peer);
      const row = toRow(candidate, starts, peer?.own);
      const ownMs = candidate.isDeployed ? await measureOverhead(candidate, peers) : emptyMs;
      const isMeasured = candidate.isDeployed || candidate === nothing;
      rows.push({ ...row, 'warm overhead ms': isMeasured ? single(ownMs - emptyMs, 1) : '' });
    }
    const cap = whyUncapped() ?? `CPU of ${MEMORY_MEGABYTES} MB after INIT`;
    const note = `${rounds} rounds, interleaved; ${cap}. ×: against the empty handler started right before.`;
    return { parts: [rows, note] };
  } finally {
    await requests.close();
    await others.close();
    await peers.close();
  }
}

async function startCold(candidate: Candidate): Promise<ColdStart> {
  const lambda = await openLambda(candidate);
  try {
    const firstMs = await timeOf(lambda, candidate);
    const residentMegabytes = residentMegabytesOf(lambda.pid);
    const warm: number[] = [];
    while (warm.length < WARM_REQUESTS) warm.push(await timeOf(lambda, candidate));
    const { initMs } = lambda;
    return {
      initMs,
      firstMs,
      wholeMs: initMs + firstMs,
      warmMs: medianOf(warm),
      residentMegabytes,
    };
  } finally {
    await lambda.close();
  }
}

/** Of its next request. @param begin called right before it */
async function timeOf(
  lambda: Lambda,
  { nextRequest }: Candidate,
  begin: () => unknown = () => {},
): Promise<number> {
  const request = await nextRequest();
  await sleep(PAUSE_MS);
  begin();
  const startedAt = performance.now();
  await lambda.ask(request);
  return performance.now() - startedAt;
}

/** @param peer absent for the peers and the empty handler */
function toRow(
  { name, folder }: Candidate,
  { own, floor }: Starts,
  peer: readonly ColdStart[] | undefined,
): Row {
  const contents = readFileSync(join(folder, 'index.mjs'));
  const all = (of: keyof ColdStart, starts = own): readonly number[] =>
    starts.map((start) => start[of]);
  const against = (of: keyof ColdStart, base: readonly ColdStart[]) =>
    single(medianOf(ratios(all(of), all(of, base))), 2);
  return {
    'cold start': name,
    KB: single(contents.length / 1024),
    gzip: single(gzipSync(contents).length / 1024),
    'init ms': spread(all('initMs')),
    'first ms': spread(all('firstMs')),
    'warm ms': spread(all('warmMs'), 1),
    'RSS MB': single(medianOf(all('residentMegabytes'))),
    'init ×': against('initMs', floor),
    'init+first ×': against('wholeMs', floor),
    '× of peer': peer ? against('wholeMs', peer) : '',
  };
}

/** Until the engine has compiled what is run often. */
const WARM_UP = 150;
const OVERHEADS = 50;

/**
 * What a warm request costs besides the network: its time without the spans in which a call was on its
 * way. An empty handler's is what the Runtime API takes.
 */
async function measureOverhead(candidate: Candidate, peers: RecordedPeers): Promise<number> {
  const lambda = await openLambda(candidate);
  try {
    const measured: number[] = [];
    for (let request = 0; request < WARM_UP + OVERHEADS; request += 1) {
      const tookMs = await timeOf(lambda, candidate, peers.take);
      measured.push(tookMs - covered(peers.take()));
    }
    return medianOf(measured.slice(WARM_UP));
  } finally {
    await lambda.close();
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
