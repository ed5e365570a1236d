/**
 * The product's own metrics as dashboards and alarms read them. Names and dimensions are those that
 * the functions emit; a metric with dimensions exists only with all of them.
 */

import { Duration } from 'aws-cdk-lib';
import { type IMetric, MathExpression, Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { METRICS_NAMESPACE } from '../../shared/config.ts';

/** Metrics by the dimensions that they are emitted with. */
export interface OwnMetrics {
  readonly none:
    | 'Started'
    | 'CheckUrlIssued'
    | 'TimeToCheckUrl'
    | 'TimeToVerify'
    | 'CodeRejected'
    | 'WebhookAccepted'
    | 'WebhookDuplicate'
    | 'WebhookUnintelligible'
    | 'CompletedWithoutCheck'
    | 'RequestIdMismatch'
    | 'PushDelivered'
    | 'PushGone'
    | 'PushFailed'
    | 'SecretStale'
    | 'EventFailed'
    | 'ProofIssued'
    | 'VerificationPrice';
  readonly reason: 'StartRefused' | 'WebhookRejected';
  readonly channel: 'Completed' | 'FallbackEntered';
  readonly status: 'Ended';
  readonly operation: 'VonageLatency';
  readonly limit: 'Limited';
  readonly 'operation,status': 'VonageError';
}

type Dimensions = Exclude<keyof OwnMetrics, 'none'>;

export const FIVE_MINUTES = Duration.minutes(5);

export interface MetricOptions {
  /** @default Sum */
  readonly statistic?: string;
  /** @default five minutes */
  readonly period?: Duration;
  readonly label?: string;
}

/** A metric without dimensions. */
export function own(name: OwnMetrics['none'], options: MetricOptions = {}): Metric {
  return metric(name, {}, options);
}

/** A metric at one value of its only dimension. */
export function ownAt<D extends Exclude<Dimensions, 'operation,status'>>(
  name: OwnMetrics[D],
  dimension: D,
  value: string,
  options: MetricOptions = {},
): Metric {
  return metric(name, { [dimension]: value }, options);
}

/** Failed calls of one operation to Vonage with one status. */
export function vonageErrors(
  operation: string,
  status: string,
  options: MetricOptions = {},
): Metric {
  return metric('VonageError', { operation, status }, options);
}

/** One line for each value that the dimensions took. Dashboards only: alarms cannot search. */
export function everyOwn<D extends Dimensions>(
  name: OwnMetrics[D],
  dimensions: D,
  { statistic = Stats.SUM, period = FIVE_MINUTES }: MetricOptions = {},
): IMetric {
  return new MathExpression({
    expression: `SEARCH('{${METRICS_NAMESPACE},${dimensions}} MetricName="${name}"', '${statistic}', ${period.toSeconds()})`,
    usingMetrics: {},
    label: '',
    period,
  });
}

function metric(
  metricName: string,
  dimensionsMap: Record<string, string>,
  { statistic = Stats.SUM, period = FIVE_MINUTES, label }: MetricOptions,
): Metric {
  return new Metric({
    namespace: METRICS_NAMESPACE,
    metricName,
    dimensionsMap,
    statistic,
    period,
    ...(label === undefined ? {} : { label }),
  });
}
