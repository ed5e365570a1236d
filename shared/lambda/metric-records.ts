/**
 * The metrics of one invocation in CloudWatch's embedded metric format, in as few records as can be:
 * every byte is paid for. A record may hold several sets of dimensions, but each name only once.
 */

import { type Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { Measurement } from '../domain/ports/telemetry.ts';

type EmfRecord = ReturnType<Metrics['serializeMetrics']>;

export function toRecords(metrics: Metrics, measurements: readonly Measurement[]): EmfRecord[] {
  const records: EmfRecord[] = [];
  const groups = Map.groupBy(measurements, ({ dimensions = {} }) => JSON.stringify(dimensions));
  for (const [dimensions, group] of groups) {
    const record = toRecord(metrics, JSON.parse(dimensions), group);
    const index = records.findIndex((known) => agree(known, record));
    const known = records[index];
    if (known) records[index] = join(known, record);
    else records.push(record);
  }
  return records;
}

/** Of measurements that share their dimensions. */
function toRecord(
  metrics: Metrics,
  dimensions: Readonly<Record<string, string>>,
  group: readonly Measurement[],
): EmfRecord {
  if (Object.keys(dimensions).length > 0) metrics.addDimensions({ ...dimensions });
  for (const measurement of group) {
    const [unit, value] = amountOf(measurement);
    metrics.addMetric(measurement.name, unit, value);
    for (const [name, detail] of detailsOf(measurement)) metrics.addMetadata(name, detail);
  }
  const record = metrics.serializeMetrics();
  metrics.clearMetrics();
  metrics.clearDimensions();
  metrics.clearMetadata();
  return record;
}

/** Nothing that has the same name in both has another value. */
function agree(one: EmfRecord, other: EmfRecord): boolean {
  return Object.entries(other).every(
    ([name, value]) =>
      name === '_aws' || !(name in one) || JSON.stringify(one[name]) === JSON.stringify(value),
  );
}

function join(one: EmfRecord, other: EmfRecord): EmfRecord {
  const directives = [one, other].flatMap(
    ({ _aws: { CloudWatchMetrics: directives } }) => directives,
  );
  return { ...one, ...other, _aws: { ...one._aws, CloudWatchMetrics: directives } };
}

function detailsOf(measurement: Measurement): readonly (readonly [string, string])[] {
  return 'details' in measurement ? Object.entries(measurement.details ?? {}) : [];
}

function amountOf(
  measurement: Measurement,
): readonly [(typeof MetricUnit)[keyof typeof MetricUnit], number] {
  if ('milliseconds' in measurement) return [MetricUnit.Milliseconds, measurement.milliseconds];
  if ('euros' in measurement) return [MetricUnit.NoUnit, measurement.euros];
  return [MetricUnit.Count, 1];
}
