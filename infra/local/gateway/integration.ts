/**
 * Calls a route's function as API Gateway does: within a time limit, and without showing a failure
 * to the caller.
 */
import type { InvocationResult } from '../lambda-runtime/execution-environment.ts';
import type { Route } from '../template/apis.ts';

/** Invokes a function by its name. */
export type Invoke = (functionName: string, event: unknown) => Promise<InvocationResult>;

export type IntegrationResult =
  | { readonly type: 'returned'; readonly value: unknown }
  | { readonly type: 'failed' }
  | { readonly type: 'throttled' }
  | { readonly type: 'timed_out' };

export async function callIntegration(
  route: Route,
  event: unknown,
  invoke: Invoke,
): Promise<IntegrationResult> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<IntegrationResult>((resolve) => {
    timer = setTimeout(resolve, route.timeoutMs, { type: 'timed_out' });
  });
  const result = await Promise.race([invoke(route.functionName, event).then(toResult), timeout]);
  clearTimeout(timer);
  return result;
}

function toResult(result: InvocationResult): IntegrationResult {
  if (result.type === 'throttle') return { type: 'throttled' };
  return result.type === 'success'
    ? { type: 'returned', value: JSON.parse(result.payload) }
    : { type: 'failed' };
}
