/** One start of an Express peer: a fresh process until it listens, its first request, warm ones. */

import { setTimeout as sleep } from 'node:timers/promises';
import type { CpuCap } from '../cpu-cap.ts';
import { openAgent } from '../load/http.ts';
import { startPeerServer } from '../load/peer-server.ts';
import { phoneNumber } from '../load/phone-number.ts';
import { residentMegabytesOf } from '../processes.ts';
import { summarize } from '../statistics.ts';
import { type ColdStart, PAUSE_MS } from './lambda-start.ts';

const WARM_REQUESTS = 8;

export async function startExpress(
  folder: string,
  environment: Readonly<Record<string, string>>,
  cap: CpuCap,
): Promise<ColdStart> {
  const server = await startPeerServer(folder, environment);
  const agent = openAgent();
  try {
    cap.apply(server.pid);
    const ask = async (): Promise<number> => {
      await sleep(PAUSE_MS);
      const startedAt = performance.now();
      const body = { phone_number: phoneNumber() };
      const { status } = await agent.send('POST', `${server.url}/start`, { body });
      if (status !== 202) throw new Error(`${folder} answered ${status}`);
      return performance.now() - startedAt;
    };
    const firstMs = await ask();
    const residentMegabytes = residentMegabytesOf(server.pid);
    const warm: number[] = [];
    while (warm.length < WARM_REQUESTS) warm.push(await ask());
    return { initMs: server.initMs, firstMs, warmMs: summarize(warm).median, residentMegabytes };
  } finally {
    agent.close();
    await server.close();
  }
}
