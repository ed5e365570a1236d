/**
 * What a user waits for when no function runs yet: the same verification on every backend, one after
 * the other in each round; ratios are made within a round.
 */

import { progress } from '../../../../shared/command/progress.ts';
import { startRecordedPeers } from '../../../fixtures/recorded-peers.ts';
import { type Builds, buildAll } from '../builds.ts';
import { waitOf } from '../cost/model.ts';
import { whyUncapped } from '../cpu-cap.ts';
import { MEMORY_MEGABYTES } from '../lambda.ts';
import type { FunctionUse, Measured, Row } from '../report.ts';
import { medianOf, ratios, show, spread } from '../statistics.ts';
import { type Backend, createExpress, createOurs, createSdkLambda } from './backends.ts';
import { createLambdas } from './lambdas.ts';
import { compareMemory } from './memory.ts';
import { runStory, type Timings } from './story.ts';

/** Of what is deployed, which is the first row. */
const GOAL_TO_EMPTY = 2.2;
/** Sizes of a function's memory that are compared. */
const MEMORY_SIZES = [MEMORY_MEGABYTES, 1024, 1769] as const;
/** What DynamoDB, Vonage and the socket's API take of the two waits. */
const NETWORK_MS = waitOf({ start: 1, 'check-code': 1 });

/** @param functions prices the functions' CPU; without it the prices of memory sizes are missing */
export async function measureVerifications(
  rounds: number,
  functions: Readonly<Record<string, FunctionUse>> | undefined,
): Promise<{ readonly verification: Measured; readonly memory: Measured }> {
  const builds = await buildAll();
  const peers = await startRecordedPeers();
  const contend = (name: string, create: () => Backend, isWarmed = false) => {
    return { name, create, isWarmed, timings: [] as Timings[] };
  };
  const ours = (memoryMegabytes: number, together: boolean) => () =>
    createOurs(builds, peers, { memoryMegabytes, together });
  const sizes = MEMORY_SIZES.map((megabytes) => {
    const name = `ours, warmed together, ${megabytes} MB`;
    return { megabytes, ...contend(name, ours(megabytes, true), true) };
  });
  const sdkLambda = contend('SDK Lambda', () => createSdkLambda(builds, peers));
  const contenders = [
    ...sizes,
    contend('ours, not warmed', ours(MEMORY_MEGABYTES, false)),
    sdkLambda,
    contend('Express', () => createExpress(builds, peers)),
  ];
  const empties: number[] = [];
  try {
    for (let round = 1; round <= rounds; round += 1) {
      progress(`verifications, round ${round} of ${rounds}`);
      empties.push(await twoEmptyHandlers(builds));
      for (const { create, timings } of contenders) timings.push(await runStory(create(), peers));
    }
  } finally {
    await peers.close();
  }
  const base = { empties, sdkLambda: sdkLambda.timings.map(ownMs) };
  const toEmpty = medianOf(ratios(sizes[0]?.timings.map(ownMs) ?? [], empties));
  const parts = [
    contenders.map((contender) => toRow(contender, base)),
    `${rounds} rounds; ${whyUncapped() ?? 'CPU as the memory buys it, after INIT'}. Two empty handlers, INIT and first request each: ${show(spread(empties))} ms. ×: /start and /check-code less the ${NETWORK_MS} ms in which DynamoDB, Vonage and the socket answer, within a round. The last column: in how many rounds a request came before the warm-up was through.`,
    `Goal, at most ${GOAL_TO_EMPTY} × two empty handlers: ${toEmpty <= GOAL_TO_EMPTY ? 'reached' : 'missed'}.`,
  ];
  return { verification: { parts }, memory: compareMemory(sizes, functions) };
}

function ownMs({ startMs, checkCodeMs }: Timings): number {
  return startMs + checkCodeMs - NETWORK_MS;
}

/** INIT and first request of each. */
async function twoEmptyHandlers({ empty }: Builds): Promise<number> {
  const lambdas = createLambdas({ folderOf: () => empty, environment: {} });
  try {
    const startedAt = performance.now();
    for (const name of ['one', 'other']) await lambdas.invoke(name, {});
    return performance.now() - startedAt;
  } finally {
    await lambdas.close();
  }
}

interface Contender {
  readonly name: string;
  readonly isWarmed: boolean;
  readonly timings: readonly Timings[];
}

/** @param base of the two empty handlers and of the Lambda on the official SDK, by round */
function toRow(
  { name, isWarmed, timings }: Contender,
  base: { readonly empties: readonly number[]; readonly sdkLambda: readonly number[] },
): Row {
  const all = (of: keyof Omit<Timings, 'waits'>) => spread(timings.map((one) => one[of]));
  const own = timings.map(ownMs);
  const functions = new Set(timings.flatMap(({ waits }) => [...waits.keys()]));
  const cold = [...functions].flatMap((each) => {
    const count = timings.filter(({ waits }) => waits.get(each)?.isCold).length;
    return isWarmed && each !== 'start' && count > 0 ? [`${each} ${count}`] : [];
  });
  return {
    'wholly cold verification': name,
    '/start ms': all('startMs'),
    '/check-code ms': all('checkCodeMs'),
    '/proof ms': all('proofMs'),
    'tap to completed ms': all('completedMs'),
    '× two empty': spread(ratios(own, base.empties), 2),
    '× SDK Lambda': spread(ratios(own, base.sdkLambda), 2),
    'cold although warmed': cold.join(', '),
  };
}
