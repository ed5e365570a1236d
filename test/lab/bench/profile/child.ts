/** One function in a process of its own: its events one after the other, the last ones profiled. */

import { readFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';
import { SourceMap } from 'node:module';
import { toHeaviest } from './heaviest.ts';

/** What the parent sends. */
export interface Order {
  /** Has a source map as its neighbour. */
  readonly bundle: string;
  /** Events before the profile begins. */
  readonly warmUp: number;
  readonly events: readonly object[];
}

export interface Outcome {
  /** Of one event. */
  readonly cpuMs: number;
  readonly heaviest: ReturnType<typeof toHeaviest>;
}

const SAMPLING_MICROSECONDS = 250;

async function carryOut({ bundle, warmUp, events }: Order): Promise<Outcome> {
  const { handler } = await import(bundle);
  for (const event of events.slice(0, warmUp)) await handler(event, {});
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.setSamplingInterval', { interval: SAMPLING_MICROSECONDS });
  const before = process.cpuUsage();
  await session.post('Profiler.start');
  for (const event of events.slice(warmUp)) await handler(event, {});
  const { profile } = await session.post('Profiler.stop');
  const { user, system } = process.cpuUsage(before);
  const map = new SourceMap(JSON.parse(readFileSync(`${bundle}.map`, 'utf8')));
  return {
    cpuMs: (user + system) / 1000 / (events.length - warmUp),
    heaviest: toHeaviest(profile, map),
  };
}

process.once('message', async (order: Order) => process.send?.(await carryOut(order)));
process.once('disconnect', () => process.exit());
