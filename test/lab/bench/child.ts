/** Work in a process of its own: the parent sends orders, the child answers each. */

import { fork } from 'node:child_process';
import { once } from 'node:events';

interface Child<Order, Outcome> {
  carryOut(order: Order): Promise<Outcome>;
  close(): Promise<void>;
}

/** @param environment instead of this process's own, if given */
export function forkChild<Order extends object, Outcome>(
  file: string,
  environment?: Readonly<Record<string, string>>,
): Child<Order, Outcome> {
  const child = fork(file, {
    execArgv: [],
    ...(environment && { env: environment }),
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const exited = once(child, 'exit');
  return {
    async carryOut(order) {
      const answered = once(child, 'message');
      child.send(order);
      const ended = exited.then(() => Promise.reject(new Error(`${file} ended`)));
      const [outcome] = await Promise.race([answered, ended]);
      return outcome;
    },
    async close() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

/** The child's side; it ends with its parent. */
export function answerOrders<Order, Outcome>(carryOut: (order: Order) => Promise<Outcome>): void {
  process.on('message', (order: Order) => {
    void carryOut(order).then((outcome) => process.send?.(outcome));
  });
  process.once('disconnect', () => process.exit(0));
}
