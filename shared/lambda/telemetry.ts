/**
 * Writes one log line and the metrics of each invocation, with nothing about a person
 * (docs/architecture.md#observability).
 */

import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { METRICS_NAMESPACE } from '../config.ts';
import type { ClientInfo } from '../contract/client-info.ts';
import { Problem } from '../domain/errors.ts';
import type { Measurement, OutgoingCall, Telemetry } from '../domain/ports/telemetry.ts';

/** Names the bundle that runs, for `npm run trace`; set when a function is bundled. */
declare const BUNDLE_HASH: string | undefined;

/** What the log line may hold: closed, so that nothing private gets in by accident. */
export interface LogFields extends ClientInfo {
  readonly route?: string;
  readonly request_id?: string | undefined;
  readonly outcome?: string;
  readonly status?: number;
  readonly milliseconds?: number;
  /** ISO 3166-1 alpha-2 of the number's country. */
  readonly country?: string | undefined;
  readonly correlator?: string;
  /** On the first line of an instance only. */
  readonly cold_start?: true;
  /** Resident memory of the process; Lambda's own report is below the log level. */
  readonly memory_mb?: number;
}

export interface InvocationTelemetry extends Telemetry {
  /** Adds to the line that the invocation will log. */
  readonly annotate: (fields: LogFields) => void;
  /**
   * Writes the line and the metrics; `fault` is an error of our own and is logged with its causes.
   */
  readonly flush: (fields: LogFields, fault?: unknown) => void;
}

export interface InstanceTelemetry extends InvocationTelemetry {
  /** Logs one line at level DEBUG. */
  readonly onCall: (call: OutgoingCall) => void;
}

export function createTelemetry(service: string): InstanceTelemetry {
  const logger = new Logger({ serviceName: service, jsonReplacerFn: withoutUnused });
  const metrics = new Metrics({ namespace: METRICS_NAMESPACE, serviceName: service });
  const bundle = typeof BUNDLE_HASH === 'string' ? { bundle: BUNDLE_HASH } : {};
  let fields: LogFields = { cold_start: true };
  let measurements: Measurement[] = [];
  return {
    measure: (measurement) => {
      measurements.push(measurement);
    },
    onCall: (call) => logger.debug('call', { ...call }),
    annotate: (more) => {
      fields = { ...fields, ...more };
    },
    flush: (more, fault) => {
      const line = { ...fields, ...more, memory_mb: memoryMegabytes() };
      if (fault === undefined) logger.info('request', line);
      else if (isCausedBySender(fault)) logger.warn('request', line);
      else logger.error('request', { ...line, fault: describe(fault), ...bundle });
      publish(metrics, measurements);
      fields = {};
      measurements = [];
    },
  };
}

function memoryMegabytes(): number {
  return Math.round(process.memoryUsage.rss() / 2 ** 20);
}

/** Powertools writes one record for each set of dimensions and details. */
function publish(metrics: Metrics, measurements: readonly Measurement[]): void {
  const groups = Map.groupBy(measurements, (measurement) =>
    JSON.stringify([measurement.dimensions, detailsOf(measurement)]),
  );
  for (const [first, ...others] of groups.values()) {
    if (!first) continue;
    if (first.dimensions) metrics.addDimensions({ ...first.dimensions });
    for (const [name, detail] of Object.entries(detailsOf(first)))
      metrics.addMetadata(name, detail);
    for (const measurement of [first, ...others]) {
      metrics.addMetric(measurement.name, ...amountOf(measurement));
    }
    metrics.publishStoredMetrics();
  }
}

function detailsOf(measurement: Measurement): Readonly<Record<string, string>> {
  return ('details' in measurement && measurement.details) || {};
}

function amountOf(
  measurement: Measurement,
): readonly [unit: (typeof MetricUnit)[keyof typeof MetricUnit], value: number] {
  if ('milliseconds' in measurement) return [MetricUnit.Milliseconds, measurement.milliseconds];
  if ('euros' in measurement) return [MetricUnit.NoUnit, measurement.euros];
  return [MetricUnit.Count, 1];
}

/** Powertools' fields without meaning here: no line is sampled, nothing is traced. */
function withoutUnused(name: string, value: unknown): unknown {
  return name === 'sampling_rate' || name === 'xray_trace_id' ? undefined : value;
}

function isCausedBySender(fault: unknown): boolean {
  return fault instanceof Problem && fault.members.causedBySender === true;
}

/**
 * An error and its causes: names and stack frames. Only our own messages are included, because
 * those of others may quote inputs.
 */
function describe(fault: unknown): readonly string[] {
  const chain: string[] = [];
  for (let error = fault; error instanceof Error && chain.length < 5; error = error.cause) {
    const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
    const what = error instanceof Problem ? `${error.name}: ${error.message}` : error.name;
    chain.push([what, ...frames.slice(0, 4).map((frame) => frame.trim())].join(' | '));
  }
  return chain;
}
