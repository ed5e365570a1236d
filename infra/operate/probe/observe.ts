/**
 * Verifies `+990` numbers, each in a different way, and records what happens, without private data.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { progress } from '../../../shared/command/progress.ts';
import type { App, Backend } from './app.ts';
import type { Observations } from './observations.ts';
import {
  cancelEarly,
  cancelLate,
  leaveAlone,
  submitEarlyCode,
  submitWrongCode,
  verifyEven,
  verifyRefused,
} from './stories.ts';

export interface ObserveOptions {
  readonly backend: Backend;
  /** Leaves out the observations that have to wait for Vonage's times. */
  readonly isQuick: boolean;
}

/** @throws CommandError when the first verification cannot start */
export async function observe(options: ObserveOptions): Promise<Observations> {
  const { backend, isQuick } = options;
  const { timeScale = 1 } = backend;
  const waitUntil = async (app: App, seconds: number): Promise<void> => {
    await sleep(Math.max(seconds * 1000 * timeScale - app.elapsedMs(), 0));
  };
  // First and alone, so that a deployment that refuses everything is called only once.
  const even = await verifyEven(backend);
  const quick = {
    odd: verifyRefused(backend, 'odd', '1'),
    failing: verifyRefused(backend, '99', '99'),
    wrongCode: submitWrongCode(backend),
    earlyCode: submitEarlyCode(backend),
  };
  const slow = isQuick
    ? undefined
    : {
        cancelledEarly: cancelEarly(backend, waitUntil),
        cancelledLate: cancelLate(backend, waitUntil),
        untouched: leaveAlone(backend),
      };
  const settled = await inParallel({ ...quick, ...slow });
  return { even, ...settled };
}

/** Waits for all of them before it reports the failure of one. */
async function inParallel<Work extends Record<string, Promise<unknown>>>(
  work: Work,
): Promise<{ [Name in keyof Work]: Awaited<Work[Name]> }> {
  let left = Object.keys(work).length;
  const tell = (): void => {
    left -= 1;
    if (left > 0) progress(`${left} of them still run`);
  };
  await Promise.all(Object.values(work).map((each) => each.then(tell, tell)));
  const pairs = Object.entries(work).map(async ([name, each]) => [name, await each] as const);
  return Object.fromEntries(await Promise.all(pairs)) as {
    [Name in keyof Work]: Awaited<Work[Name]>;
  };
}
