/** What the functions print, as CloudWatch would bill it, and how often each was called. */

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
  /** Names with their dimensions, ever since: each is billed by the month. */
  readonly series: ReadonlySet<string>;
}

/** CloudWatch adds this to every event. */
const EVENT_OVERHEAD_BYTES = 26;

interface EmbeddedMetrics {
  readonly _aws: {
    readonly CloudWatchMetrics: readonly {
      readonly Dimensions: readonly (readonly string[])[];
      readonly Metrics: readonly { readonly Name: string }[];
    }[];
  };
  readonly [member: string]: unknown;
}

export function createLogMeter(): LogMeter {
  const series = new Set<string>();
  const nothing = () => ({ lineBytes: 0, metricBytes: 0, calls: {} as Record<string, number> });
  let printed = nothing();
  return {
    series,
    hear({ line, function: name }) {
      const bytes = Buffer.byteLength(line) + EVENT_OVERHEAD_BYTES;
      if (line.includes('"message":"request"'))
        printed.calls[name] = (printed.calls[name] ?? 0) + 1;
      if (line.startsWith('{"_aws"')) {
        printed.metricBytes += bytes;
        for (const one of seriesOf(JSON.parse(line))) series.add(one);
      } else printed.lineBytes += bytes;
    },
    callsOf: (name) => printed.calls[name] ?? 0,
    take() {
      const taken = printed;
      printed = nothing();
      return taken;
    },
  };
}

function seriesOf(record: EmbeddedMetrics): readonly string[] {
  return record._aws.CloudWatchMetrics.flatMap(({ Dimensions, Metrics }) =>
    Dimensions.flatMap((names) => {
      const dimensions = names.map((name) => `${name}=${record[name]}`);
      return Metrics.map(({ Name }) => [Name, ...dimensions].join(' '));
    }),
  );
}
