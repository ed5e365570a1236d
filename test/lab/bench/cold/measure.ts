/**
 * Cold starts side by side: every candidate once per round, each right after an empty handler, so
 * that whatever slows the machine slows both of a pair. Ratios are made within a pair.
 */

import { startRecordedPeers } from '../../../system/performance/recorded-peers.ts';
import { openCpuCap } from '../cpu-cap.ts';
import { type Measured, ratioOf, summarize } from '../statistics.ts';
import { buildAll, type Size } from './builds.ts';
import { type Candidate, listCandidates } from './candidates.ts';
import { type ColdStart, MEMORY_MEGABYTES } from './lambda-start.ts';

export interface ColdResult extends Size {
  readonly name: string;
  readonly initMs: Measured;
  readonly firstMs: Measured;
  readonly warmMs: Measured;
  readonly residentMegabytes: Measured;
  /** Against the empty handler that was started right before. */
  readonly initRatio: number;
  readonly initAndFirstRatio: number;
  /** Against the peer that does the same work in the same request; absent for the peers. */
  readonly initAndFirstToPeer?: number;
  /** Of a warm request above the network and above an empty handler; absent for the peers. */
  readonly warmOverheadMs?: number;
}

export interface ColdReport {
  readonly memoryMegabytes: number;
  readonly rounds: number;
  /** Why the CPU was not capped after INIT; null when it was. */
  readonly uncapped: string | null;
  readonly results: readonly ColdResult[];
}

export async function measureColdStarts(
  rounds: number,
  say: (line: string) => void,
): Promise<ColdReport> {
  const builds = await buildAll();
  const peers = await startRecordedPeers();
  const cap = openCpuCap(MEMORY_MEGABYTES);
  if (cap.missing) say(cap.missing);
  const closers: (() => Promise<void>)[] = [];
  try {
    const candidates = await listCandidates(builds, peers, cap, closers);
    const pairs = new Map<string, Pair[]>(candidates.map(({ name }) => [name, []]));
    const [empty] = candidates;
    for (let round = 1; round <= rounds; round += 1) {
      say(`cold starts, round ${round} of ${rounds}`);
      for (const { name, start } of candidates) {
        pairs.get(name)?.push({ floor: await empty.start(), own: await start() });
      }
    }
    say('warm requests');
    const overheads = new Map<string, number>();
    for (const { name, warmOverhead } of candidates) {
      if (warmOverhead) overheads.set(name, (await warmOverhead()).median);
    }
    const emptyOverhead = overheads.get(empty.name) ?? Number.NaN;
    const results = candidates.map((candidate) => {
      const overhead = overheads.get(candidate.name);
      return {
        ...toResult(candidate, pairs),
        ...(overhead !== undefined && { warmOverheadMs: overhead - emptyOverhead }),
      };
    });
    return { memoryMegabytes: MEMORY_MEGABYTES, rounds, uncapped: cap.missing ?? null, results };
  } finally {
    for (const close of closers) await close();
    cap.close();
    await peers.close();
  }
}

interface Pair {
  readonly floor: ColdStart;
  readonly own: ColdStart;
}

function toResult(
  { name, size, peer }: Candidate,
  pairs: ReadonlyMap<string, readonly Pair[]>,
): ColdResult {
  const ofOwn = pairs.get(name) ?? [];
  const own = ofOwn.map((pair) => pair.own);
  const floor = ofOwn.map((pair) => pair.floor);
  const ofPeer = peer === undefined ? undefined : pairs.get(peer)?.map((pair) => pair.own);
  const init = ({ initMs }: ColdStart): number => initMs;
  const whole = ({ initMs, firstMs }: ColdStart): number => initMs + firstMs;
  return {
    name,
    ...size,
    initMs: summarize(own.map(init)),
    firstMs: summarize(own.map(({ firstMs }) => firstMs)),
    warmMs: summarize(own.map(({ warmMs }) => warmMs)),
    residentMegabytes: summarize(own.map(({ residentMegabytes }) => residentMegabytes)),
    initRatio: ratioOf(own.map(init), floor.map(init)),
    initAndFirstRatio: ratioOf(own.map(whole), floor.map(whole)),
    ...(ofPeer && { initAndFirstToPeer: ratioOf(own.map(whole), ofPeer.map(whole)) }),
  };
}
