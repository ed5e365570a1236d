/**
 * What a user waits for when no function runs yet: the same verification on every backend, one after
 * the other in each round; ratios are made within a round.
 */

import { startRecordedPeers } from '../../../system/performance/recorded-peers.ts';
import { type Builds, buildAll } from '../cold/builds.ts';
import { MEMORY_MEGABYTES } from '../cold/lambda-start.ts';
import { startEvent } from '../cold/requests.ts';
import { waitOf } from '../cost/path-cost.ts';
import { openCpuCap } from '../cpu-cap.ts';
import { type Measured, summarize } from '../statistics.ts';
import { type Backend, createExpress, createOurs, createSdkLambda } from './backends.ts';
import { createLambdas } from './lambdas.ts';
import { runStory, type Timings } from './story.ts';

interface VerificationResult {
  readonly name: string;
  readonly startMs: Measured;
  readonly checkCodeMs: Measured;
  readonly proofMs: Measured;
  readonly completedMs: Measured;
  /** `/start` and `/check-code` without the answers of others, against two empty handlers. */
  readonly toEmpty: Measured;
  /** The same against the Lambda on the official SDK. */
  readonly toSdkLambda: Measured;
  readonly isWarmed: boolean;
  /** In how many rounds a function had to be started while somebody waited; of ours. */
  readonly cold: Readonly<Record<string, number>>;
  /** Of the first event of each function; of ours. */
  readonly byFunction: Readonly<Record<string, Measured>>;
}

export interface VerificationReport {
  readonly rounds: number;
  readonly uncapped: string | null;
  readonly emptyMs: Measured;
  /** What DynamoDB, Vonage and the socket's API take of the two waits. */
  readonly networkMs: number;
  readonly results: readonly VerificationResult[];
}

const SDK_LAMBDA = 'SDK Lambda';
/** Sizes of a function's memory that are compared. */
export const MEMORY_SIZES = [MEMORY_MEGABYTES, 1024, 1769] as const;
export const OURS_TOGETHER = MEMORY_SIZES.map(
  (megabytes) => `ours, warmed together, ${megabytes} MB`,
);

export async function measureVerifications(
  rounds: number,
  say: (line: string) => void,
): Promise<VerificationReport> {
  const builds = await buildAll();
  const peers = await startRecordedPeers();
  const memoryMegabytes = MEMORY_MEGABYTES;
  const { missing: uncapped = null, close } = openCpuCap(memoryMegabytes);
  close();
  const together = MEMORY_SIZES.map((megabytes, index): [string, () => Backend] => [
    OURS_TOGETHER[index] ?? '',
    () => createOurs(builds, peers, { memoryMegabytes: megabytes, together: true }),
  ]);
  const contenders: readonly (readonly [name: string, create: () => Backend])[] = [
    ...together,
    ['ours, not warmed', () => createOurs(builds, peers, { memoryMegabytes, together: false })],
    [SDK_LAMBDA, () => createSdkLambda(builds, peers, memoryMegabytes)],
    ['Express', () => createExpress(builds, peers, memoryMegabytes)],
  ];
  const empties: number[] = [];
  const timings = new Map<string, Timings[]>(contenders.map(([name]) => [name, []]));
  try {
    for (let round = 1; round <= rounds; round += 1) {
      say(`verifications, round ${round} of ${rounds}`);
      empties.push(await twoEmptyHandlers(builds));
      for (const [name, create] of contenders) {
        timings.get(name)?.push(await runStory(create(), peers));
      }
    }
  } finally {
    await peers.close();
  }
  const sdkLambda = timings.get(SDK_LAMBDA)?.map(ownMs) ?? [];
  return {
    rounds,
    uncapped,
    emptyMs: summarize(empties),
    networkMs: NETWORK_MS,
    results: [...timings].map(([name, all]) => toResult(name, all, { empties, sdkLambda })),
  };
}

const NETWORK_MS = waitOf({ start: 1, 'check-code': 1 });

function ownMs({ startMs, checkCodeMs }: Timings): number {
  return startMs + checkCodeMs - NETWORK_MS;
}

/** INIT and first request of each. */
async function twoEmptyHandlers({ empty }: Builds): Promise<number> {
  const memoryMegabytes = MEMORY_MEGABYTES;
  const lambdas = createLambdas({ folderOf: () => empty, environment: {}, memoryMegabytes });
  try {
    const startedAt = performance.now();
    for (const name of ['one', 'other']) await lambdas.invoke(name, startEvent());
    return performance.now() - startedAt;
  } finally {
    await lambdas.close();
  }
}

function toResult(
  name: string,
  timings: readonly Timings[],
  base: { readonly empties: readonly number[]; readonly sdkLambda: readonly number[] },
): VerificationResult {
  const own = timings.map(ownMs);
  const against = (values: readonly number[]): Measured =>
    summarize(own.map((ms, round) => ms / (values[round] ?? Number.NaN)));
  const functions = new Set(timings.flatMap(({ byFunction }) => [...byFunction.keys()]));
  const ofEach = <T>(of: (name: string) => T): Readonly<Record<string, T>> =>
    Object.fromEntries([...functions].map((each) => [each, of(each)]));
  return {
    name,
    isWarmed: OURS_TOGETHER.includes(name),
    startMs: summarize(timings.map(({ startMs }) => startMs)),
    checkCodeMs: summarize(timings.map(({ checkCodeMs }) => checkCodeMs)),
    proofMs: summarize(timings.flatMap(({ proofMs }) => proofMs ?? [])),
    completedMs: summarize(timings.map(({ completedMs }) => completedMs)),
    toEmpty: against(base.empties),
    toSdkLambda: against(base.sdkLambda),
    cold: ofEach((each) => timings.filter((one) => one.byFunction.get(each)?.isCold).length),
    byFunction: ofEach((each) =>
      summarize(timings.map((one) => one.byFunction.get(each)?.ms ?? Number.NaN)),
    ),
  };
}
