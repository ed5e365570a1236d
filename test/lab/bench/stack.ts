/** A stack for benchmarks, in which nothing ends by itself, and what its functions take of the CPU. */

import type { Stack } from '../../../infra/local/stack.ts';
import { type LabStack, startLabStack } from '../../fixtures/lab-stack.ts';
import { timesOf } from '../../fixtures/process-usage.ts';
import { sum } from './statistics.ts';

const SETTINGS = {
  workflow: [{ channel: 'silent_auth' }, { channel: 'email' }],
  countries: ['DE'],
  channelTimeoutSeconds: 900,
  // The others tell nobody of an end either.
  events: false,
};
/** Vonage's minute for a silent authentication becomes twenty: thousands wait at once. */
const TIME_SCALE = 20;

/** @param dynamodbEndpoint of another DynamoDB */
export function startBenchStack(dynamodbEndpoint?: string): Promise<LabStack> {
  return startLabStack(SETTINGS, { timeScale: TIME_SCALE, dynamodbEndpoint });
}

/** @returns takes the milliseconds of CPU since the last time, by function */
export function openCpuMeter(stack: Stack): () => Readonly<Record<string, number>> {
  const read = (): readonly (readonly [string, number])[] =>
    Object.entries(stack.processes()).map(([name, pids]) => {
      return [name, sum(pids.map((pid) => timesOf(pid).cpuMs))];
    });
  let last = new Map(read());
  return () => {
    const now = read();
    const used = now.map(([name, ms]) => [name, ms - (last.get(name) ?? 0)]);
    last = new Map(now);
    return Object.fromEntries(used);
  };
}
