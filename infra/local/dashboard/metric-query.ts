/**
 * One line of a widget or one part of an alarm: a stored metric, or an expression over other
 * queries.
 */

export interface MetricId {
  readonly namespace: string;
  readonly name: string;
  /** By name of the dimension. */
  readonly dimensions: Readonly<Record<string, string>>;
}

export interface MetricQuery {
  /** Its name in expressions. */
  readonly id: string | undefined;
  readonly label: string | undefined;
  /** False for a query that is only used in the expression of another one. */
  readonly visible: boolean;
  readonly source:
    | { readonly type: 'metric'; readonly metric: MetricId; readonly statistic: string }
    | { readonly type: 'expression'; readonly expression: string };
}

export function toLabel({ id, label, source }: MetricQuery): string {
  if (label) return label;
  return source.type === 'metric' ? source.metric.name : (id ?? source.expression);
}
