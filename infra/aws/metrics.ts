/**
 * The product's own metrics as dashboards and alarms read them. Every metric has the dimension
 * `service`, which separates the stages of one account.
 */

import { Duration } from 'aws-cdk-lib';
import { type IMetric, MathExpression, Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { METRICS_NAMESPACE } from '../../shared/config.ts';
import type { MetricDimensions, MetricWith } from '../../shared/domain/metrics.ts';

type Dimensions = Exclude<MetricDimensions, ''>;

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
  readonly own: (name: MetricWith<''>, options?: MetricOptions) => Metric;
  /** A metric at one value of its only dimension. */
  readonly ownAt: <D extends Exclude<Dimensions, 'operation,status' | 'function,version'>>(
    name: MetricWith<D>,
    dimension: D,
    value: string,
    options?: MetricOptions,
  ) => Metric;
  /** Failed calls of one operation to Vonage with one status. */
  readonly vonageErrors: (operation: string, status: string, options?: MetricOptions) => Metric;
  /** A metric of one version of one function. */
  readonly ofVersion: (
    name: MetricWith<'function,version'>,
    functionName: string,
    version: string,
  ) => Metric;
  /** One line for each value that the dimensions took. Dashboards only: alarms cannot search. */
  readonly everyOwn: <D extends Dimensions>(
    name: MetricWith<D>,
    dimensions: D,
    options?: MetricOptions,
  ) => IMetric;
}

/** Value of the dimension `service`, the same for all functions of a stage. */
export function serviceOf(stageName: string): string {
  return `silent-auth-${stageName}`;
}

export function metricsOf(stageName: string): StageMetrics {
  const service = serviceOf(stageName);
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
    ofVersion: (name, functionName, version) => metric(name, { function: functionName, version }),
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
