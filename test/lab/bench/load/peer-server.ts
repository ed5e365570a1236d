/** An Express peer as a process of its own. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export interface PeerServer {
  readonly url: string;
  readonly pid: number;
  close(): Promise<void>;
}

const READY_TIMEOUT_MS = 60_000;

export async function startPeerServer(
  folder: string,
  environment: Readonly<Record<string, string>>,
): Promise<PeerServer> {
  const child = spawn(process.execPath, [join(folder, 'index.mjs')], {
    env: { ...environment, NODE_ENV: 'production' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const close = async (): Promise<void> => {
    child.kill('SIGKILL');
    await exited;
  };
  try {
    const signal = AbortSignal.timeout(READY_TIMEOUT_MS);
    const listening = once(createInterface({ input: child.stdout }), 'line', { signal });
    const ended = exited.then(() => Promise.reject(new Error(`${folder} ended`)));
    const [line] = await Promise.race([listening, ended]);
    return { url: `http://127.0.0.1:${JSON.parse(line).port}`, pid: child.pid ?? 0, close };
  } catch (error) {
    await close();
    throw error;
  }
}
