/** One line of a widget, or one part of an alarm: a stored metric or an expression over others. */

export interface MetricId {
  readonly namespace: string;
  readonly name: string;
  /** By name of the dimension. */
  readonly dimensions: Readonly<Record<string, string>>;
}

export interface MetricQuery {
  /** How expressions name it. */
  readonly id: string | undefined;
  readonly label: string | undefined;
  /** Only a step of another's expression, unless true. */
  readonly visible: boolean;
  readonly source:
    | { readonly type: 'metric'; readonly metric: MetricId; readonly statistic: string }
    | { readonly type: 'expression'; readonly expression: string };
}

export function toLabel({ id, label, source }: MetricQuery): string {
  if (label) return label;
  return source.type === 'metric' ? source.metric.name : (id ?? source.expression);
}
