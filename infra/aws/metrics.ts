/**
 * The product's own metrics as dashboards and alarms read them. Names and dimensions are those that
 * the functions emit; a metric with dimensions exists only with all of them. Every metric has the
 * dimension `service`, which tells the stages of one account apart.
 */

import { Duration } from 'aws-cdk-lib';
import { type IMetric, MathExpression, Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { METRICS_NAMESPACE } from '../../shared/config.ts';
import type { Stage } from './stage.ts';

/** Metrics by the dimensions that they are emitted with, besides `service`. */
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
    | 'InternalError'
    | 'SecretNotSet'
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

/** The metrics of one stage. */
export interface StageMetrics {
  /** A metric without dimensions of its own. */
  readonly own: (name: OwnMetrics['none'], options?: MetricOptions) => Metric;
  /** A metric at one value of its only dimension. */
  readonly ownAt: <D extends Exclude<Dimensions, 'operation,status'>>(
    name: OwnMetrics[D],
    dimension: D,
    value: string,
    options?: MetricOptions,
  ) => Metric;
  /** Failed calls of one operation to Vonage with one status. */
  readonly vonageErrors: (operation: string, status: string, options?: MetricOptions) => Metric;
  /** One line for each value that the dimensions took. Dashboards only: alarms cannot search. */
  readonly everyOwn: <D extends Dimensions>(
    name: OwnMetrics[D],
    dimensions: D,
    options?: MetricOptions,
  ) => IMetric;
}

/** Value of the dimension `service`, the same for all functions of a stage. */
export function serviceOf({ name }: Pick<Stage, 'name'>): string {
  return `silent-auth-${name}`;
}

export function metricsOf(stage: Pick<Stage, 'name'>): StageMetrics {
  const service = serviceOf(stage);
  const metric = (
    metricName: string,
    dimensions: Record<string, string>,
    { statistic = Stats.SUM, period = FIVE_MINUTES, label }: MetricOptions = {},
  ): Metric =>
    new Metric({
      namespace: METRICS_NAMESPACE,
      metricName,
      dimensionsMap: { service, ...dimensions },
      statistic,
      period,
      ...(label === undefined ? {} : { label }),
    });
  return {
    own: (name, options) => metric(name, {}, options),
    ownAt: (name, dimension, value, options) => metric(name, { [dimension]: value }, options),
    vonageErrors: (operation, status, options) =>
      metric('VonageError', { operation, status }, options),
    everyOwn: (name, dimensions, { statistic = Stats.SUM, period = FIVE_MINUTES } = {}) =>
      new MathExpression({
        expression:
          `SEARCH('{${METRICS_NAMESPACE},service,${dimensions}} service="${service}" ` +
          `MetricName="${name}"', '${statistic}', ${period.toSeconds()})`,
        usingMetrics: {},
        label: '',
        period,
      }),
  };
}
