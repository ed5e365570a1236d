/** A crowd of phones on one stack. */

import { z } from 'zod';
import type { Stack } from '../../../infra/local/stack.ts';
import { inParallel } from '../../fixtures/in-parallel.ts';
import { compareMemory, type Growth, type Memory, readMemory } from './memory.ts';
import { createPerson } from './people.ts';
import { type Story, verify } from './phone.ts';
import { createTally, type Tally } from './tally.ts';

interface CrowdOptions {
  readonly verifications: number;
  readonly concurrency: number;
  readonly seed: string;
  /** How long one person tries. */
  readonly patienceMs: number;
  /** Called with the number that are done. */
  readonly progress: (done: number) => void;
  /** Given when processes are killed: ends it. The simulator's journal does not outlive that. */
  readonly stopKilling: (() => Promise<unknown>) | undefined;
}

export interface Crowd {
  readonly tally: Tally;
  readonly stories: readonly Story[];
  /** Why people were not served: their start was refused for good or never answered. */
  readonly unserved: readonly string[];
  readonly seconds: number;
  /** Verifications that Vonage has begun; undefined when its journal may have been lost. */
  readonly startsAtVonage: number | undefined;
  readonly memory: readonly Growth[];
}

/** Between the first phones, so that the processes do not all start in one instant. */
const RAMP_MS = 100;
/** So often the simulator's journal is read, which keeps the calls of some hundred. */
const JOURNAL_EVERY = 100;
/** Memory is compared from when so much of the work is done: everything is warm by then. */
const WARM = 0.5;

const journal = z.array(z.object({ number: z.number(), status: z.number().nullable() }));

export async function runCrowd(stack: Stack, options: CrowdOptions): Promise<Crowd> {
  const { verifications, concurrency, seed, patienceMs, stopKilling } = options;
  const { endpoints } = stack;
  const tally = createTally();
  const stories: Story[] = [];
  const unserved: string[] = [];
  /** Numbers of entries. */
  const starts = new Set<number>();
  let begin: Memory | undefined;
  let done = 0;
  let since = 0;
  const startedAt = performance.now();

  async function readJournal(): Promise<void> {
    const path = `/_local/calls?operation=start&since=${since}`;
    const answer = await fetch(`${endpoints.vonage}${path}`);
    for (const { number, status } of journal.parse(await answer.json())) {
      since = Math.max(since, number);
      if (status === 202) starts.add(number);
    }
  }

  async function live(index: number): Promise<void> {
    try {
      const person = createPerson(seed, index);
      stories.push(await verify(person, { endpoints, tally, patienceMs }));
    } catch (error) {
      unserved.push(error instanceof Error ? error.message : String(error));
    }
    done += 1;
    if (done >= verifications * WARM) begin ??= readMemory(stack);
    if (!stopKilling && done % JOURNAL_EVERY === 0) await readJournal();
    options.progress(done);
  }

  await inParallel(concurrency, Array(verifications).keys(), live, RAMP_MS);
  const seconds = (performance.now() - startedAt) / 1000;
  await stopKilling?.();
  const memory = compareMemory(begin ?? new Map(), readMemory(stack));
  if (!stopKilling) await readJournal();
  const startsAtVonage = stopKilling ? undefined : starts.size;
  return { tally, stories, unserved, seconds, startsAtVonage, memory };
}
