/** Measures the functions and APIs of the gateway as AWS does. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import type { Invoke } from './gateway/integration.ts';
import type { FunctionPool } from './lambda-runtime/function-pool.ts';
import type { PlatformMetrics } from './platform-metrics.ts';

const connectEvent = z.object({ requestContext: z.object({ eventType: z.literal('CONNECT') }) });

/** Records Lambda's metrics. A request that waits in the queue does not count as throttled. */
export function measureFunction(
  pool: FunctionPool,
  functionName: string,
  metrics: PlatformMetrics,
): FunctionPool {
  let running = 0;
  return {
    ...pool,
    async invoke(event) {
      running += 1;
      const startedAt = performance.now();
      const concurrent = running;
      const result = await pool.invoke(event);
      running -= 1;
      const dimensions = { FunctionName: functionName };
      metrics.record('AWS/Lambda', dimensions, {
        Invocations: 1,
        Errors: result.type === 'success' ? 0 : 1,
        Throttles: 0,
        Duration: performance.now() - startedAt,
        ConcurrentExecutions: concurrent,
      });
      return result;
    },
  };
}

/** Metrics of an HTTP API. */
export function measureHttpApi(
  apiId: string,
  metrics: PlatformMetrics,
  handle: (request: IncomingMessage, response: ServerResponse) => void,
): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    const startedAt = performance.now();
    response.once('close', () => {
      const { statusCode } = response;
      metrics.record(
        'AWS/ApiGateway',
        { ApiId: apiId },
        {
          Count: 1,
          '4xx': statusCode >= 400 && statusCode < 500 ? 1 : 0,
          '5xx': statusCode >= 500 ? 1 : 0,
          Latency: performance.now() - startedAt,
        },
      );
    });
    handle(request, response);
  };
}

/** How long an API waits for its functions. */
export function measureIntegration(
  apiId: string,
  metrics: PlatformMetrics,
  invoke: Invoke,
): Invoke {
  return async (name, event) => {
    const startedAt = performance.now();
    const result = await invoke(name, event);
    const latency = { IntegrationLatency: performance.now() - startedAt };
    metrics.record('AWS/ApiGateway', { ApiId: apiId }, latency);
    return result;
  };
}

/** Metrics of a WebSocket API: handshakes, messages, and the functions behind them. */
export function measureWebSocketApi(
  apiId: string,
  metrics: PlatformMetrics,
  invoke: Invoke,
): Invoke {
  const measured = measureIntegration(apiId, metrics, invoke);
  return async (name, event) => {
    const result = await measured(name, event);
    const isConnect = connectEvent.safeParse(event).success;
    metrics.record(
      'AWS/ApiGateway',
      { ApiId: apiId },
      {
        ...(isConnect ? { ConnectCount: 1 } : { MessageCount: 1 }),
        ClientError: 0,
        ExecutionError: 0,
        IntegrationError: result.type === 'success' ? 0 : 1,
      },
    );
    return result;
  };
}
