/** What an alarm watches, and the arithmetic that the rules share. */

import type { Duration } from 'aws-cdk-lib';
import { type IMetric, MathExpression, type Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { FIVE_MINUTES } from '../metrics.ts';

export interface AlarmRule {
  /** Construct id; its kebab-case form names the runbook. */
  readonly id: string;
  /** `page` wakes somebody up; `ticket` waits for working hours. */
  readonly urgency: 'page' | 'ticket';
  readonly says: string;
  readonly metric: IMetric;
  readonly threshold: number;
  /** @default at or above the threshold */
  readonly below?: boolean;
  /** Periods in a row. @default 1 */
  readonly periods?: number;
}

/** Most metrics that CloudWatch accepts in the expression of an alarm. */
const MAX_METRICS = 10;

/** Sum of metrics, of which some may not exist yet. */
export function total(metrics: readonly Metric[]): IMetric {
  return math(sumOf(metrics), FIVE_MINUTES, named(metrics));
}

/** The sum of metrics as an expression, with the names that {@link named} gives them. */
export function sumOf(metrics: readonly Metric[]): string {
  return metrics.map((_, index) => `FILL(m${index}, 0)`).join(' + ');
}

export function named(metrics: readonly Metric[]): Record<string, IMetric> {
  return Object.fromEntries(metrics.map((metric, index) => [`m${index}`, metric]));
}

/** Throws for more metrics than an alarm may watch. */
export function math(
  expression: string,
  period: Duration,
  usingMetrics: Record<string, IMetric>,
): IMetric {
  const count = Object.keys(usingMetrics).length;
  if (count > MAX_METRICS) {
    throw new Error(`an alarm watches at most ${MAX_METRICS} metrics, not ${count}`);
  }
  return new MathExpression({ expression, period, usingMetrics });
}
