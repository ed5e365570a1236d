/**
 * What is started: the floor, ours in three builds, the peers; each with the request that it gets.
 */

import { generateKeyPairSync } from 'node:crypto';
import { APPLICATION_ID, SIGNATURE_SECRET } from '../../../fixtures/webhook-tokens.ts';
import { variables } from '../../../system/performance/bundled-function.ts';
import type { RecordedPeers } from '../../../system/performance/recorded-peers.ts';
import type { CpuCap } from '../cpu-cap.ts';
import type { Measured } from '../statistics.ts';
import { type Builds, OURS, type Ours, type Size, sizeOf } from './builds.ts';
import { type ColdStart, type LambdaCandidate, openLambda, startLambda } from './lambda-start.ts';
import { checkEvent, type Started, startEvent, webhookEvent } from './requests.ts';
import { measureWarmOverhead } from './warm-overhead.ts';

export interface Candidate {
  readonly name: string;
  readonly size: Size;
  /** The candidate to compare with, besides the empty handler. */
  readonly peer?: string;
  readonly start: () => Promise<ColdStart>;
  /** Of the empty handler and of our functions as they are deployed. */
  readonly warmOverhead?: () => Promise<Measured>;
}

const STATUS = { start: 202, webhook: 204, 'check-code': 200 } as const;

/** The empty handler comes first. */
export async function listCandidates(
  builds: Builds,
  peers: RecordedPeers,
  cap: CpuCap,
  closers: (() => Promise<void>)[],
): Promise<readonly [empty: Candidate, ...Candidate[]]> {
  const ours = variables(peers);
  const theirs = peerVariables(peers);
  const startOurs = await openStarter({ folder: builds.lean('start'), environment: ours }, closers);
  const startPeer = await openStarter({ folder: builds.peerLambda, environment: theirs }, closers);
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
      ...(folder === builds.lean(request) && {
        warmOverhead: () => measureWarmOverhead(candidate, peers, cap),
      }),
    };
  };
  const nothing: LambdaCandidate = {
    folder: builds.empty,
    environment: {},
    nextEvent: startEvent,
    expectedStatus: 204,
  };
  return [
    {
      name: 'empty handler',
      size: sizeOf(builds.empty),
      start: () => startLambda(nothing, cap),
      warmOverhead: () => measureWarmOverhead(nothing, peers, cap),
    },
    ...OURS.flatMap((name) => [
      lambda(`ours: ${name}`, builds.lean(name), ours, name, `SDK Lambda: ${name}`),
      lambda(`ours, unprimed: ${name}`, builds.unprimed(name), ours, name, `SDK Lambda: ${name}`),
      lambda(
        `ours, obvious bundle: ${name}`,
        builds.obvious(name),
        ours,
        name,
        `SDK Lambda: ${name}`,
      ),
      lambda(`SDK Lambda: ${name}`, builds.peerLambda, theirs, name),
    ]),
  ];
}

/** Starts verifications for the requests that are about one. */
export async function openStarter(
  candidate: Pick<LambdaCandidate, 'folder' | 'environment'>,
  closers: (() => Promise<void>)[],
): Promise<() => Promise<Started>> {
  const opened = await openLambda(candidate);
  closers.push(async () => {
    opened.environment.kill();
    await opened.environment.exited;
  });
  await opened.ready;
  return async () => {
    const result = await opened.environment.invoke(JSON.stringify(startEvent()));
    const { statusCode, body } = result.type === 'success' ? JSON.parse(result.payload) : {};
    if (statusCode !== 202) throw new Error(`a start was answered ${body ?? result.type}`);
    return JSON.parse(body);
  };
}

export function peerVariables({ url }: RecordedPeers): Readonly<Record<string, string>> {
  const { privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  return {
    PEER_APPLICATION_ID: APPLICATION_ID,
    PEER_PRIVATE_KEY: privateKey,
    PEER_SIGNATURE_SECRET: SIGNATURE_SECRET,
    PEER_VONAGE_URL: url,
    PEER_AWS_URL: url,
    PEER_TABLE: 'Verifications',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
  };
}
