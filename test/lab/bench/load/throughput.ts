/**
 * Whole verifications through the local stack, and through Express on the official SDK: the same
 * simulator, the same client, taking turns.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { type Builds, buildAll } from '../cold/builds.ts';
import { cpuMsOf } from '../processes.ts';
import { type Measured, ratioOf, summarize } from '../statistics.ts';
import type { Contender } from './app.ts';
import type { BenchStack } from './bench-stack.ts';
import { openCpuMeter, sum } from './cpu-meter.ts';
import { openAgent } from './http.ts';
import { openLoader } from './loader.ts';
import { type PeerServer, startPeerServer } from './peer-server.ts';
import { sendWebhooksTo } from './status-url.ts';

export interface ThroughputResult {
  readonly contender: Contender;
  readonly perSecond: Measured;
  readonly latencyMs: Measured;
  /** Of the functions, or of the Express process. */
  readonly cpuMs: Measured;
  /** With the gateway and the store of the local stack, which stand for AWS's own. */
  readonly cpuMsWithStack: Measured;
  /** Against ours, pairs of the same round. */
  readonly perSecondRatio: number;
  readonly failures: readonly string[];
}

export interface ThroughputSize {
  readonly rounds: number;
  /** Verifications a round. */
  readonly count: number;
  /** Before the first round: each of up to ten processes a function compiles what it runs often. */
  readonly warmUp: number;
}

export interface ThroughputReport {
  readonly rounds: number;
  readonly verificationsPerRound: number;
  readonly concurrency: number;
  readonly results: readonly ThroughputResult[];
}

interface Turn {
  readonly perSecond: number;
  readonly latencyMs: number;
  readonly cpuMs: number;
  readonly cpuMsWithStack: number;
  readonly failures: readonly string[];
}

const CONCURRENCY = 8;
/** The last webhooks of a turn arrive after its last check. */
const SETTLE_MS = 1500;

export async function measureThroughput(
  { stack, privateKey }: BenchStack,
  { rounds, count, warmUp }: ThroughputSize,
  say: (line: string) => void,
): Promise<ThroughputReport> {
  const agent = openAgent();
  const loader = openLoader();
  const meter = openCpuMeter(stack);
  const builds = await buildAll();
  const peers = new Map<Contender, PeerServer>();
  try {
    for (const variant of ['sample', 'complete'] as const) {
      const server = await startPeer(builds, variant, stack.endpoints, privateKey);
      peers.set(`express ${variant}`, server);
    }
    const contenders: readonly Contender[] = ['ours', 'express sample', 'express complete'];
    const turns = new Map<Contender, Turn[]>(contenders.map((name) => [name, []]));

    const take = async (contender: Contender, total: number): Promise<Turn> => {
      const peer = peers.get(contender);
      const url = peer?.url ?? stack.endpoints.api;
      await sendWebhooksTo(url, stack.endpoints, agent);
      const peerBefore = peer ? cpuMsOf(peer.pid) : 0;
      meter.take();
      const concurrency = CONCURRENCY;
      const order = { contender, url, count: total, concurrency, hold: false };
      const outcome = await loader.carryOut(order);
      await sleep(SETTLE_MS);
      const used = meter.take();
      const own = peer ? cpuMsOf(peer.pid) - peerBefore : sum(Object.values(used.functions));
      const around = used.aws + (peer ? 0 : used.gateway);
      return {
        perSecond: (outcome.completed * 1000) / outcome.tookMs,
        latencyMs: summarize(outcome.latenciesMs).median,
        cpuMs: own / outcome.completed,
        cpuMsWithStack: (own + around) / outcome.completed,
        failures: outcome.failures,
      };
    };

    for (const contender of contenders) await take(contender, warmUp);
    for (let round = 1; round <= rounds; round += 1) {
      say(`throughput, round ${round} of ${rounds}`);
      for (const contender of contenders) turns.get(contender)?.push(await take(contender, count));
    }
    const results = contenders.map((contender) => toResult(contender, turns));
    return { rounds, verificationsPerRound: count, concurrency: CONCURRENCY, results };
  } finally {
    for (const peer of peers.values()) await peer.close();
    await loader.close();
    await sendWebhooksTo(stack.endpoints.api, stack.endpoints, agent);
    agent.close();
  }
}

function startPeer(
  builds: Builds,
  variant: 'sample' | 'complete',
  endpoints: BenchStack['stack']['endpoints'],
  privateKey: string,
): Promise<PeerServer> {
  return startPeerServer(builds.peerExpress(variant), {
    PEER_APPLICATION_ID: endpoints.application_id,
    PEER_PRIVATE_KEY: privateKey,
    PEER_SIGNATURE_SECRET: endpoints.webhook.signature_secret,
    PEER_VONAGE_URL: endpoints.vonage,
    PEER_AWS_URL: endpoints.dynamodb,
    PEER_TABLE: endpoints.tables.verifications,
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
  });
}

function toResult(
  contender: Contender,
  turns: ReadonlyMap<Contender, readonly Turn[]>,
): ThroughputResult {
  const own = turns.get(contender) ?? [];
  const rate = ({ perSecond }: Turn): number => perSecond;
  return {
    contender,
    perSecond: summarize(own.map(rate)),
    latencyMs: summarize(own.map(({ latencyMs }) => latencyMs)),
    cpuMs: summarize(own.map(({ cpuMs }) => cpuMs)),
    cpuMsWithStack: summarize(own.map(({ cpuMsWithStack }) => cpuMsWithStack)),
    perSecondRatio: ratioOf(own.map(rate), (turns.get('ours') ?? []).map(rate)),
    failures: [...new Set(own.flatMap(({ failures }) => failures))],
  };
}
