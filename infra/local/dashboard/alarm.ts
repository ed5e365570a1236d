/** Evaluates the template's alarms over collected metrics. */
import { z } from 'zod';
import { evaluate } from './evaluate.ts';
import type { MetricQuery } from './metric-query.ts';
import type { MetricStore } from './metric-store.ts';

const dimensions = z.array(z.object({ Name: z.string(), Value: z.string() })).default([]);
const metricStat = z.object({
  Metric: z.object({ Namespace: z.string(), MetricName: z.string(), Dimensions: dimensions }),
  Period: z.number(),
  Stat: z.string(),
});

export const alarmProperties = z.object({
  AlarmName: z.string(),
  AlarmDescription: z.string(),
  ComparisonOperator: z.enum(['LessThanThreshold', 'GreaterThanOrEqualToThreshold']),
  EvaluationPeriods: z.number(),
  Threshold: z.number(),
  TreatMissingData: z.literal('notBreaching'),
  Namespace: z.string().optional(),
  MetricName: z.string().optional(),
  Dimensions: dimensions,
  Period: z.number().optional(),
  Statistic: z.string().optional(),
  ExtendedStatistic: z.string().optional(),
  Metrics: z
    .array(
      z.object({
        Id: z.string(),
        Expression: z.string().optional(),
        MetricStat: metricStat.optional(),
        ReturnData: z.boolean().default(true),
      }),
    )
    .default([]),
});
export type AlarmProperties = z.infer<typeof alarmProperties>;

export interface Alarm {
  readonly name: string;
  readonly description: string;
  readonly threshold: number;
  readonly below: boolean;
  /** Number of periods in a row. */
  readonly periods: number;
  readonly periodMs: number;
  readonly queries: readonly MetricQuery[];
}

export function toAlarm(properties: AlarmProperties): Alarm {
  const queries = toQueries(properties);
  const periods = [properties.Period, ...properties.Metrics.map((it) => it.MetricStat?.Period)];
  return {
    name: properties.AlarmName,
    description: properties.AlarmDescription,
    threshold: properties.Threshold,
    below: properties.ComparisonOperator === 'LessThanThreshold',
    periods: properties.EvaluationPeriods,
    periodMs: 1000 * Math.max(...periods.map((period) => period ?? 0)),
    queries,
  };
}

/**
 * Whether the alarm rings at `endMs`, which means that all of its last periods are beyond the
 * threshold.
 */
export function isRinging(alarm: Alarm, store: MetricStore, endMs: number): boolean {
  const { periodMs, periods, threshold, below } = alarm;
  const startMs = endMs - periods * periodMs;
  const [line] = evaluate(alarm.queries, store, { startMs, periodMs, periods });
  return (
    line?.values.every(
      (value) => value !== undefined && (below ? value < threshold : value >= threshold),
    ) ?? false
  );
}

function toQueries(properties: AlarmProperties): MetricQuery[] {
  const { Namespace: namespace, MetricName: name } = properties;
  if (namespace !== undefined && name !== undefined) {
    const statistic = properties.Statistic ?? properties.ExtendedStatistic ?? 'Sum';
    const metric = { namespace, name, dimensions: toRecord(properties.Dimensions) };
    return [{ id: 'm', label: name, visible: true, source: { type: 'metric', metric, statistic } }];
  }
  return properties.Metrics.map(({ Id, Expression, MetricStat, ReturnData }) => ({
    id: Id,
    label: Id,
    visible: ReturnData,
    source: MetricStat
      ? {
          type: 'metric',
          metric: {
            namespace: MetricStat.Metric.Namespace,
            name: MetricStat.Metric.MetricName,
            dimensions: toRecord(MetricStat.Metric.Dimensions),
          },
          statistic: MetricStat.Stat,
        }
      : { type: 'expression', expression: Expression ?? '' },
  }));
}

function toRecord(
  list: readonly { readonly Name: string; readonly Value: string }[],
): Record<string, string> {
  return Object.fromEntries(list.map(({ Name, Value }) => [Name, Value]));
}
