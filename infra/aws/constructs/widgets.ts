/** The widgets of both dashboards. */

import {
  GraphWidget,
  type GraphWidgetProps,
  type IMetric,
  LogQueryVisualizationType,
  LogQueryWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { LambdaFunction } from './lambda-function.ts';

/** Columns of a dashboard. */
export const WIDTH = 24;

export type GraphOptions = Pick<GraphWidgetProps, 'width' | 'stacked' | 'leftYAxis'>;

/** The unit is in the label, because CloudWatch loses it where functions compute with a metric. */
export const MILLISECONDS = { leftYAxis: { min: 0, label: 'ms', showUnits: false } };

/** Sums have the period `FIVE_MINUTES` unless a graph sets another one. */
const PER_FIVE_MINUTES = { min: 0, label: 'per 5 minutes', showUnits: false };

/** A graph of half a row, of sums by default. */
export function graph(title: string, left: IMetric[], options: GraphOptions = {}): GraphWidget {
  return new GraphWidget({
    title,
    left,
    width: WIDTH / 2,
    leftYAxis: PER_FIVE_MINUTES,
    ...options,
  });
}

/** A table of a Logs Insights query, one command per line. */
export function logTable(
  title: string,
  functions: readonly LambdaFunction[],
  queryLines: string[],
  width = WIDTH / 2,
): LogQueryWidget {
  return new LogQueryWidget({
    title,
    logGroupNames: functions.map(({ logs }) => logs.logGroupName),
    view: LogQueryVisualizationType.TABLE,
    queryLines,
    width,
  });
}
