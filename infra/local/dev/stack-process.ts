/** Runs the stack in its own process, so that a restart also loads changes in `infra/local`. */

import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface StackProcess {
  /** Resolves with whether the stack became ready. */
  start(): Promise<boolean>;
  restart(): Promise<boolean>;
  isRunning(): boolean;
  replace(functions: readonly string[]): void;
  close(): Promise<void>;
}

const ENTRY = fileURLToPath(new URL('./stack.ts', import.meta.url));

export function openStackProcess(bundlesFolder: string): StackProcess {
  let child: ChildProcess | undefined;
  let exited: Promise<void> = Promise.resolve();

  function start(): Promise<boolean> {
    const started = fork(ENTRY, [], { env: { ...process.env, BUNDLES_FOLDER: bundlesFolder } });
    child = started;
    exited = new Promise((done) => started.once('exit', () => done()));
    void exited.then(() => {
      if (child === started) child = undefined;
    });
    const ready = new Promise<boolean>((done) => started.once('message', () => done(true)));
    return Promise.race([ready, exited.then(() => false)]);
  }

  async function stop(): Promise<void> {
    child?.kill('SIGTERM');
    await exited;
  }

  return {
    start,
    async restart() {
      await stop();
      return start();
    },
    isRunning: () => child !== undefined,
    replace: (functions) => void child?.send({ replace: functions }),
    close: stop,
  };
}
