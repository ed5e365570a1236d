/**
 * A child process that can be restarted with the same port and the same data on disk.
 */
import type { Child } from './child.ts';
import { LocalStackError } from './error.ts';

export interface Service {
  readonly url: string;
  /** Resolves when the process has ended without being asked to. */
  readonly broken: Promise<LocalStackError>;
  pid(): number | undefined;
  /**
   * Ends the process by SIGKILL, as in a crash, so that nothing is flushed. Resolves when the next
   * process listens.
   */
  restart(): Promise<void>;
  /** Listens to the process's messages, also after a restart. */
  listen(listener: (message: unknown) => void): void;
  send(message: object): void;
  close(): Promise<void>;
}

/** @param start starts the process on that port; 0: any */
export async function openService(
  start: (port: number) => Promise<Child>,
  port: number,
): Promise<Service> {
  const { promise: broken, resolve: breakDown } = Promise.withResolvers<LocalStackError>();
  let child = await start(port);
  let expected = false;
  let restarting: Promise<void> = Promise.resolve();
  const listeners: ((message: unknown) => void)[] = [];
  const { url } = child;
  watch(child);

  function watch({ name, exited }: Child): void {
    void exited.then(() => {
      if (!expected) breakDown(new LocalStackError(`${name} ended unexpectedly`));
    });
  }

  async function restart(): Promise<void> {
    expected = true;
    if (child.pid !== undefined) process.kill(child.pid, 'SIGKILL');
    await child.exited;
    child = await start(Number(new URL(url).port));
    expected = false;
    watch(child);
    for (const listener of listeners) child.listen(listener);
  }

  return {
    url,
    broken,
    pid: () => child.pid,
    listen(listener) {
      listeners.push(listener);
      child.listen(listener);
    },
    send: (message) => child.send(message),
    restart() {
      restarting = restarting.then(restart);
      return restarting;
    },
    async close() {
      await Promise.allSettled([restarting]);
      await child.close();
    },
  };
}
