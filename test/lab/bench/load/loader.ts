/** The parent's side of the load. */

import { fork } from 'node:child_process';
import { join } from 'node:path';
import type { Order, Outcome } from './client.ts';

export interface Loader {
  carryOut(order: Order): Promise<Outcome>;
  close(): Promise<void>;
}

export function openLoader(): Loader {
  const child = fork(join(import.meta.dirname, 'client.ts'), { execArgv: [] });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  return {
    carryOut: (order) =>
      new Promise((resolve, reject) => {
        const onExit = (): void => reject(new Error('the load ended'));
        child.once('exit', onExit);
        child.once('message', (outcome: Outcome) => {
          child.off('exit', onExit);
          resolve(outcome);
        });
        child.send(order);
      }),
    async close() {
      child.kill('SIGTERM');
      await exited;
    },
  };
}
