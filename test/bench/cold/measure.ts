/**
 * Cold starts side by side: every candidate once per round, so that whatever slows the machine slows
 * all of them, and ratios are made within a round.
 */

import { generateKeyPairSync } from 'node:crypto';
import { variables } from '../../performance/bundled-function.ts';
import {
  APPLICATION_ID,
  type RecordedPeers,
  startRecordedPeers,
  WEBHOOK,
} from '../../performance/recorded-peers.ts';
import { openCpuCap } from '../cpu-cap.ts';
import { type Measured, ratioOf, summarize } from '../statistics.ts';
import { type Builds, buildAll, OURS, type Ours, type Size, sizeOf } from './builds.ts';
import { startExpress } from './express-start.ts';
import {
  type ColdStart,
  type LambdaCandidate,
  MEMORY_MEGABYTES,
  openLambda,
  startLambda,
} from './lambda-start.ts';
import { checkEvent, type Started, startEvent, webhookEvent } from './requests.ts';

export interface ColdResult extends Size {
  readonly name: string;
  readonly initMs: Measured;
  readonly firstMs: Measured;
  readonly warmMs: Measured;
  readonly residentMegabytes: Measured;
  /** Against the empty handler, pairs of the same round. */
  readonly initRatio: number;
  readonly initAndFirstRatio: number;
  /** Against the peer that does the same work in the same request; absent for the peers. */
  readonly initAndFirstToPeer?: number;
}

export interface ColdReport {
  readonly memoryMegabytes: number;
  readonly rounds: number;
  /** Why the CPU was not capped after INIT; null when it was. */
  readonly uncapped: string | null;
  readonly results: readonly ColdResult[];
}

interface Candidate {
  readonly name: string;
  readonly size: Size;
  /** The candidate to compare with, besides the empty handler. */
  readonly peer?: string;
  readonly start: () => Promise<ColdStart>;
}

const STATUS = { start: 202, webhook: 204, 'check-code': 200 } as const;

export async function measureColdStarts(
  rounds: number,
  say: (line: string) => void,
): Promise<ColdReport> {
  const builds = await buildAll();
  const peers = await startRecordedPeers({ answerAfterMs: 0 });
  const cap = openCpuCap(MEMORY_MEGABYTES);
  if (cap.missing) say(cap.missing);
  const closers: (() => Promise<void>)[] = [];
  try {
    const candidates = await listCandidates(builds, peers, cap, closers);
    const starts = new Map<string, ColdStart[]>(candidates.map(({ name }) => [name, []]));
    for (let round = 1; round <= rounds; round += 1) {
      say(`cold starts, round ${round} of ${rounds}`);
      for (const { name, start } of candidates) starts.get(name)?.push(await start());
    }
    const results = candidates.map((candidate) => toResult(candidate, starts));
    return { memoryMegabytes: MEMORY_MEGABYTES, rounds, uncapped: cap.missing ?? null, results };
  } finally {
    for (const close of closers) await close();
    cap.close();
    await peers.close();
  }
}

async function listCandidates(
  builds: Builds,
  peers: RecordedPeers,
  cap: ReturnType<typeof openCpuCap>,
  closers: (() => Promise<void>)[],
): Promise<readonly Candidate[]> {
  const ours = variables(peers);
  const theirs = peerVariables(peers);
  const startOurs = await openStarter({ folder: builds.lean('start'), environment: ours }, closers);
  const startPeer = await openStarter(
    { folder: builds.peerLambda('complete'), environment: theirs },
    closers,
  );
  const lambda = (
    name: string,
    folder: string,
    environment: Readonly<Record<string, string>>,
    request: Ours,
    peer?: string,
  ): Candidate => {
    const starter = environment === ours ? startOurs : startPeer;
    const events = {
      start: startEvent,
      webhook: webhookEvent,
      'check-code': async () => checkEvent(await starter()),
    };
    const candidate = {
      folder,
      environment,
      nextEvent: events[request],
      expectedStatus: STATUS[request],
    };
    return {
      name,
      size: sizeOf(folder),
      ...(peer && { peer }),
      start: () => startLambda(candidate, cap),
    };
  };
  const nothing: LambdaCandidate = {
    folder: builds.empty,
    environment: {},
    nextEvent: startEvent,
    expectedStatus: 204,
  };
  const express = (variant: 'sample' | 'complete'): Candidate => ({
    name: `Express ${variant}: start`,
    size: sizeOf(builds.peerExpress(variant)),
    start: () => startExpress(builds.peerExpress(variant), theirs, cap),
  });
  return [
    { name: EMPTY, size: sizeOf(builds.empty), start: () => startLambda(nothing, cap) },
    ...OURS.flatMap((name) => [
      lambda(`ours: ${name}`, builds.lean(name), ours, name, `SDK Lambda complete: ${name}`),
      lambda(
        `ours, unprimed: ${name}`,
        builds.unprimed(name),
        ours,
        name,
        `SDK Lambda complete: ${name}`,
      ),
      lambda(
        `ours, obvious bundle: ${name}`,
        builds.obvious(name),
        ours,
        name,
        `SDK Lambda complete: ${name}`,
      ),
      lambda(`SDK Lambda complete: ${name}`, builds.peerLambda('complete'), theirs, name),
    ]),
    lambda('SDK Lambda sample: start', builds.peerLambda('sample'), theirs, 'start'),
    lambda('SDK Lambda sample: check-code', builds.peerLambda('sample'), theirs, 'check-code'),
    express('sample'),
    express('complete'),
  ];
}

const EMPTY = 'empty handler';

/** Starts verifications for the requests that are about one. */
async function openStarter(
  candidate: Pick<LambdaCandidate, 'folder' | 'environment'>,
  closers: (() => Promise<void>)[],
): Promise<() => Promise<Started>> {
  const opened = await openLambda({ ...candidate, nextEvent: startEvent, expectedStatus: 202 });
  closers.push(async () => {
    opened.environment.kill();
    await opened.environment.exited;
  });
  await opened.ready;
  return async () => {
    const result = await opened.environment.invoke(JSON.stringify(startEvent()));
    if (result.type !== 'success') throw new Error(result.detail);
    return JSON.parse(JSON.parse(result.payload).body);
  };
}

function peerVariables({ url, tables }: RecordedPeers): Readonly<Record<string, string>> {
  const { privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  return {
    PEER_APPLICATION_ID: APPLICATION_ID,
    PEER_PRIVATE_KEY: privateKey,
    PEER_SIGNATURE_SECRET: WEBHOOK.signature_secret,
    PEER_VONAGE_URL: url,
    PEER_AWS_URL: url,
    PEER_TABLE: tables.verifications,
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
  };
}

function toResult(
  { name, size, peer }: Candidate,
  starts: ReadonlyMap<string, readonly ColdStart[]>,
): ColdResult {
  const own = starts.get(name) ?? [];
  const empty = starts.get(EMPTY) ?? [];
  const ofPeer = peer === undefined ? undefined : starts.get(peer);
  const init = ({ initMs }: ColdStart): number => initMs;
  const whole = ({ initMs, firstMs }: ColdStart): number => initMs + firstMs;
  return {
    name,
    ...size,
    initMs: summarize(own.map(init)),
    firstMs: summarize(own.map(({ firstMs }) => firstMs)),
    warmMs: summarize(own.map(({ warmMs }) => warmMs)),
    residentMegabytes: summarize(own.map(({ residentMegabytes }) => residentMegabytes)),
    initRatio: ratioOf(own.map(init), empty.map(init)),
    initAndFirstRatio: ratioOf(own.map(whole), empty.map(whole)),
    ...(ofPeer && { initAndFirstToPeer: ratioOf(own.map(whole), ofPeer.map(whole)) }),
  };
}
