/** A crowd of phones on one stack, and everything that is known about it afterwards. */

import type { Stack } from '../../../infra/local/stack.ts';
import { inParallel } from '../../fixtures/in-parallel.ts';
import { compareMemory, type Growth, type Memory, readMemory } from './memory.ts';
import { createPerson } from './people.ts';
import { type Story, verify } from './phone.ts';
import { type Settled, settle } from './settle.ts';
import { createTally, type Tally } from './tally.ts';
import { createWebhookClock } from './webhook-clock.ts';

export interface CrowdOptions {
  readonly verifications: number;
  readonly concurrency: number;
  readonly seed: string;
  /** How long one person tries. */
  readonly patienceMs: number;
  /** Both: see `settle.ts`. */
  readonly exactly: boolean;
  readonly webhooksMs: number;
  /** Called with the number that are done. */
  readonly progress: (done: number) => void;
  /** Done before anything is checked. */
  readonly afterPhones?: () => Promise<void>;
}

export interface Outcome {
  readonly tally: Tally;
  readonly settled: Settled;
  readonly stories: readonly Story[];
  /** People whose start was refused for good or never answered. */
  readonly unserved: readonly string[];
  readonly seconds: number;
  /** Verifications that Vonage has begun; null when its journal may have been lost. */
  readonly startsAtVonage: number | null;
  readonly memory: readonly Growth[];
}

/** Between the first phones, so that the processes do not all start in one instant. */
const RAMP_MS = 100;
const JOURNAL_MS = 1_000;
/** Memory is compared from when so much of the work is done: everything is warm by then. */
const WARM = 0.5;

export async function runCrowd(stack: Stack, options: CrowdOptions): Promise<Outcome> {
  const { verifications, concurrency, seed, patienceMs, exactly, webhooksMs } = options;
  const { endpoints } = stack;
  const tally = createTally();
  const clock = createWebhookClock(endpoints, tally);
  const stories: Story[] = [];
  const unserved: string[] = [];
  let begin: Promise<Memory> | undefined;
  let done = 0;
  // The journal is away while the simulator is; the next reading continues where this one began.
  const journal = setInterval(() => void clock.read().catch(() => {}), JOURNAL_MS);
  const startedAt = performance.now();

  const live = async (index: number): Promise<void> => {
    try {
      const person = createPerson(seed, index);
      stories.push(await verify(person, { endpoints, tally, clock, patienceMs }));
    } catch (error) {
      unserved.push(error instanceof Error ? error.message : String(error));
    }
    done += 1;
    if (done >= verifications * WARM) begin ??= readMemory(stack);
    options.progress(done);
  };
  const work = inParallel(concurrency, Array(verifications).keys(), live, RAMP_MS);
  await work.finally(() => clearInterval(journal));
  const seconds = (performance.now() - startedAt) / 1000;
  await options.afterPhones?.();
  const end = await readMemory(stack);
  await clock.read();
  const settled = await settle(endpoints, stories, { exactly, webhooksMs });
  const memory = compareMemory((await begin) ?? new Map(), end);
  const startsAtVonage = options.afterPhones ? null : clock.startsAtVonage();
  return { tally, settled, stories, unserved, seconds, startsAtVonage, memory };
}
