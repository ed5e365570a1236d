import type { Invoke } from './gateway/integration.ts';

/** Lets at most `limit` invocations run at once, of all functions together, as an account's quota does. */
export function limitConcurrency(invoke: Invoke, limit: number): Invoke {
  let running = 0;
  return async (functionName, event) => {
    if (running >= limit) return { type: 'throttle', detail: 'Rate Exceeded.' };
    running += 1;
    try {
      return await invoke(functionName, event);
    } finally {
      running -= 1;
    }
  };
}
