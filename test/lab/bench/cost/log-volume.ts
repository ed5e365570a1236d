/** What the functions print, as CloudWatch would bill it: request lines, metrics, series. */

import type { FunctionLine } from '../../../../infra/local/function-logs.ts';

export interface LogVolume {
  /** Lines of the logger, bytes. */
  readonly lineBytes: number;
  /** Lines of the embedded metric format, bytes. */
  readonly metricBytes: number;
  readonly lines: number;
}

export interface LogMeter {
  hear(line: FunctionLine): void;
  /** Since the last time. */
  take(): LogVolume;
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
  let volume = { lineBytes: 0, metricBytes: 0, lines: 0 };
  return {
    series,
    hear({ line }) {
      const bytes = Buffer.byteLength(line) + EVENT_OVERHEAD_BYTES;
      volume.lines += 1;
      if (!line.startsWith('{"_aws"')) {
        volume.lineBytes += bytes;
        return;
      }
      volume.metricBytes += bytes;
      for (const name of seriesOf(JSON.parse(line))) series.add(name);
    },
    take() {
      const taken = volume;
      volume = { lineBytes: 0, metricBytes: 0, lines: 0 };
      return taken;
    },
  };
}

function seriesOf(record: EmbeddedMetrics): readonly string[] {
  return record._aws.CloudWatchMetrics.flatMap(({ Dimensions, Metrics }) =>
    Dimensions.flatMap((names) =>
      Metrics.map(({ Name }) =>
        [Name, ...names.map((name) => `${name}=${record[name]}`)].join(' '),
      ),
    ),
  );
}
