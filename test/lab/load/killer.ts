/**
 * Ends processes of a stack with SIGKILL at random, and starts again what does not start by itself.
 */

import { setTimeout as pause } from 'node:timers/promises';
import type { Stack } from '../../../infra/local/stack.ts';
import { createPrng } from '../../fixtures/prng.ts';
import { type Counts, count } from './tally.ts';

const PAUSE_MS = { from: 500, to: 2_500 };
/** The rest are processes of functions, which the gateway replaces. */
const SHARES = { store: 0.15, simulator: 0.15 };

/** @returns ends it and resolves when everything runs again: number of kills by process */
export function startKilling(stack: Stack, seed: string): () => Promise<Counts> {
  const random = createPrng(`${seed}-killer`);
  const killed: Counts = {};
  const stopped = new AbortController();

  async function killOne(): Promise<void> {
    const { aws, vonage } = stack.services;
    const draw = random.next();
    if (draw < SHARES.store) {
      count(killed, 'store');
      await aws.restart();
    } else if (draw < SHARES.store + SHARES.simulator && vonage) {
      count(killed, 'simulator');
      await vonage.restart();
    } else killFunction();
  }

  function killFunction(): void {
    const all = Object.entries(stack.processes()).flatMap(([name, pids]) =>
      pids.map((pid) => ({ name, pid })),
    );
    const chosen = all[random.below(all.length)];
    if (!chosen) return;
    count(killed, chosen.name);
    try {
      process.kill(chosen.pid, 'SIGKILL');
    } catch (error) {
      // It ended by itself a moment ago.
      if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
    }
  }

  async function goOn({ signal }: AbortController): Promise<void> {
    while (!signal.aborted) {
      const pauseMs = random.between(PAUSE_MS.from, PAUSE_MS.to);
      await pause(pauseMs, undefined, { signal }).catch(() => {});
      if (!signal.aborted) await killOne();
    }
  }

  const running = goOn(stopped);
  return async () => {
    stopped.abort();
    await running;
    return killed;
  };
}
