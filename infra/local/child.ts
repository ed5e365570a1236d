/**
 * Child processes of the local stack. They report when they are ready and end with their parent.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { z } from 'zod';
import { LocalStackError } from './error.ts';

const readyMessage = z.object({ ready: z.literal(true), url: z.url() });
const failedMessage = z.object({ ready: z.literal(false), reason: z.string() });

const READY_TIMEOUT_MS = 30_000;
const STOP_TIMEOUT_MS = 3_000;
/**
 * MB. Without this limit the young generation grows with the memory of the machine, which looks
 * like a leak.
 */
const HEAP_OPTIONS = ['--max-semi-space-size=16'];

export interface Child {
  readonly name: string;
  readonly pid: number | undefined;
  /** Address on which it listens. */
  readonly url: string;
  /** Resolves when the process has ended, for any reason. */
  readonly exited: Promise<void>;
  /**
   * Calls the listener for every message after the first one, including those that have already
   * arrived.
   */
  listen(listener: (message: unknown) => void): void;
  send(message: object): void;
  close(): Promise<void>;
}

export interface ChildOptions {
  /** Its name in messages. */
  readonly name: string;
  readonly entryFile: string;
  /** Variables that are added to those of this process. */
  readonly environment: Readonly<Record<string, string>>;
}

/** @throws LocalStackError when it ends, or sends nothing for 30 s, before it is ready */
export async function startChild({ name, entryFile, environment }: ChildOptions): Promise<Child> {
  const child = fork(entryFile, [], {
    env: { ...process.env, ...environment },
    execArgv: HEAP_OPTIONS,
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let errors = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    errors = (errors + chunk.toString('utf8')).slice(-4_000);
  });
  const exited = new Promise<void>((done) => child.once('exit', () => done()));
  const early: unknown[] = [];
  const keep = (message: unknown): void => void early.push(message);
  child.on('message', keep);
  try {
    const url = await untilReady(child, exited, () => errors);
    child.stderr?.pipe(process.stderr, { end: false });
    return {
      name,
      pid: child.pid,
      url,
      exited,
      listen(listener) {
        child.off('message', keep);
        for (const message of early.splice(0)) listener(message);
        child.on('message', listener);
      },
      send: (message) => void (child.connected && child.send(message)),
      close: () => stop(child, exited),
    };
  } catch (cause) {
    await stop(child, exited);
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new LocalStackError(`${name} did not start: ${reason}`, { cause });
  }
}

/**
 * The child's side: runs `start`, reports to the parent, and ends when the parent asks for it or
 * has ended. Ctrl-C reaches the whole process group and is ignored here, because the parent decides
 * the order in which processes end.
 */
export async function runWithParent(
  start: () => Promise<{ readonly url: string; close(): Promise<void> }>,
): Promise<void> {
  process.on('SIGINT', () => {});
  process.umask(0o077); // Files are readable by this user only.
  try {
    const { url, close } = await start();
    const end = (): void => void close().finally(() => process.exit(0));
    process.once('disconnect', end);
    process.once('SIGTERM', end);
    process.send?.({ ready: true, url });
  } catch (error) {
    process.send?.({
      ready: false,
      reason: error instanceof Error ? error.message : String(error),
    });
    process.exitCode = 1;
    process.disconnect?.();
  }
}

function untilReady(
  child: ChildProcess,
  exited: Promise<void>,
  errors: () => string,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('it did not become ready')), READY_TIMEOUT_MS);
    child.once('error', reject);
    child.on('message', (message) => {
      const failed = failedMessage.safeParse(message);
      if (failed.success) reject(new Error(failed.data.reason));
      const ready = readyMessage.safeParse(message);
      if (ready.success) resolve(ready.data.url);
    });
    void exited.then(() => reject(new Error(errors().trim() || 'it ended')));
    child.once('message', () => clearTimeout(timer));
    child.once('exit', () => clearTimeout(timer));
  });
}

async function stop(child: ChildProcess, exited: Promise<void>): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
  await exited;
  clearTimeout(timer);
}
