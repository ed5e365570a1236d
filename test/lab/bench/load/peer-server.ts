/** An Express peer as a process of its own. */

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export interface PeerServer {
  readonly url: string;
  readonly pid: number;
  /** Milliseconds from the start of the process until it listens. */
  readonly initMs: number;
  close(): Promise<void>;
}

const READY_TIMEOUT_MS = 15_000;

export async function startPeerServer(
  folder: string,
  environment: Readonly<Record<string, string>>,
): Promise<PeerServer> {
  const startedAt = performance.now();
  const child = spawn(process.execPath, [join(folder, 'index.mjs')], {
    env: { ...environment, NODE_ENV: 'production' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const close = async (): Promise<void> => {
    child.kill('SIGKILL');
    await exited;
  };
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const timer = setTimeout(() => reject(new Error(`${folder} stayed silent`)), READY_TIMEOUT_MS);
  child.once('error', reject);
  void exited.then(() => reject(new Error(`${folder} ended`)));
  createInterface({ input: child.stdout }).once('line', (line) => resolve(JSON.parse(line).port));
  try {
    const port = await promise;
    const initMs = performance.now() - startedAt;
    return { url: `http://127.0.0.1:${port}`, pid: child.pid ?? 0, initMs, close };
  } catch (error) {
    await close();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
