/** DynamoDB's metrics of requests: latency and consumed units. */
import type { ServerResponse } from 'node:http';
import { z } from 'zod';
import type { PlatformMetrics } from '../platform-metrics.ts';

const tableName = z.object({ TableName: z.string() });

/** Watches one request until it is answered. */
export function measureTable(
  operation: string,
  body: string,
  response: ServerResponse,
  metrics: PlatformMetrics,
): void {
  if (operation !== 'GetItem' && operation !== 'UpdateItem') return;
  const parsed = tableName.safeParse(JSON.parse(body));
  if (!parsed.success) return;
  const { TableName } = parsed.data;
  const startedAt = performance.now();
  response.once('finish', () => {
    const bytes = Number(response.getHeader('content-length') ?? 0);
    metrics.record('AWS/DynamoDB', { TableName }, toUnits(operation, bytes));
    if (response.statusCode !== 200) return;
    const latency = { SuccessfulRequestLatency: performance.now() - startedAt };
    metrics.record('AWS/DynamoDB', { TableName, Operation: operation }, latency);
  });
}

/**
 * Computed from the size of the answer, which is about that of the item: one unit per 4 KB read or
 * 1 KB written.
 */
function toUnits(operation: string, bytes: number): Record<string, number> {
  const units = (perUnit: number): number => Math.max(1, Math.ceil(bytes / perUnit));
  return operation === 'GetItem'
    ? { ConsumedReadCapacityUnits: units(4096), ReadThrottleEvents: 0 }
    : { ConsumedWriteCapacityUnits: units(1024), WriteThrottleEvents: 0 };
}
