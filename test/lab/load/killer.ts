/**
 * Ends processes of a stack with SIGKILL at random, and starts again what does not start by itself.
 */

import type { Stack } from '../../../infra/local/stack.ts';
import { createPrng, type Prng } from '../simulation/prng.ts';

export interface Killer {
  /** Resolves when everything runs again: number of kills by process. */
  readonly stop: () => Promise<Readonly<Record<string, number>>>;
}

const PAUSE_MS = { from: 500, to: 2_500 };
/** The rest are processes of functions, which the gateway replaces. */
const SHARES = { store: 0.15, simulator: 0.15 };

export function startKilling(stack: Stack, seed: string): Killer {
  const random = createPrng(`${seed}-killer`);
  const killed: Record<string, number> = {};
  let stopped = false;

  async function killOne(): Promise<void> {
    const { aws, vonage } = stack.services;
    const draw = random.next();
    if (draw < SHARES.store) {
      count('store');
      await aws.restart();
    } else if (draw < SHARES.store + SHARES.simulator && vonage) {
      count('simulator');
      await vonage.restart();
    } else killFunction(stack, random, count);
  }

  function count(what: string): void {
    killed[what] = (killed[what] ?? 0) + 1;
  }

  async function goOn(): Promise<void> {
    while (!stopped) {
      const { promise, resolve } = Promise.withResolvers<void>();
      wake = resolve;
      const timer = setTimeout(resolve, random.between(PAUSE_MS.from, PAUSE_MS.to));
      await promise;
      clearTimeout(timer);
      if (!stopped) await killOne();
    }
  }

  let wake = (): void => {};
  const running = goOn();
  return {
    async stop() {
      stopped = true;
      wake();
      await running;
      return killed;
    },
  };
}

function killFunction(stack: Stack, random: Prng, count: (what: string) => void): void {
  const [first, ...others] = Object.entries(stack.processes()).flatMap(([name, pids]) =>
    pids.map((pid) => ({ name, pid })),
  );
  if (first === undefined) return;
  const { name, pid } = random.pick([first, ...others]);
  count(name);
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    // it ended by itself a moment ago
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
