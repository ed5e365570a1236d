/** What the functions print, as CloudWatch would bill it, and how often each was called. */

import { parseLine } from '../../../../infra/local/dashboard/collected.ts';
import { toSamples } from '../../../../infra/local/dashboard/emf.ts';
import type { FunctionLine } from '../../../../infra/local/function-logs.ts';

export interface Printed {
  /** Lines of the logger, bytes. */
  readonly lineBytes: number;
  /** Lines of the embedded metric format, bytes. */
  readonly metricBytes: number;
  /** Of each function: every invocation writes one request line. */
  readonly calls: Readonly<Record<string, number>>;
}

interface LogMeter {
  hear(line: FunctionLine): void;
  /** Since the last `take`. */
  callsOf(name: string): number;
  take(): Printed;
  /** Metrics with their dimensions, ever since: each is billed by the month. */
  readonly series: ReadonlySet<string>;
}

/** CloudWatch adds this to every event. */
export const EVENT_OVERHEAD_BYTES = 26;

export function createLogMeter(): LogMeter {
  const series = new Set<string>();
  const nothing = () => ({ lineBytes: 0, metricBytes: 0, calls: {} as Record<string, number> });
  let printed = nothing();
  return {
    series,
    hear({ line, function: name }) {
      const bytes = Buffer.byteLength(line) + EVENT_OVERHEAD_BYTES;
      const record = parseLine(line);
      if (record?.message === 'request') printed.calls[name] = (printed.calls[name] ?? 0) + 1;
      if (record?._aws === undefined) printed.lineBytes += bytes;
      else printed.metricBytes += bytes;
      for (const { metric } of toSamples(record)) series.add(JSON.stringify(metric));
    },
    callsOf: (name) => printed.calls[name] ?? 0,
    take() {
      const taken = printed;
      printed = nothing();
      return taken;
    },
  };
}
