/** CloudWatch's embedded metric format: JSON lines that carry measurements. */
import { z } from 'zod';
import type { MetricId } from './metric-query.ts';

/** One measurement; a line may hold many. */
export interface Sample {
  readonly metric: MetricId;
  readonly atMs: number;
  readonly value: number;
}

const envelope = z.looseObject({
  _aws: z.object({
    Timestamp: z.number(),
    CloudWatchMetrics: z.array(
      z.object({
        Namespace: z.string(),
        Dimensions: z.array(z.array(z.string())),
        Metrics: z.array(z.object({ Name: z.string() })),
      }),
    ),
  }),
});
const amounts = z.union([z.number().transform((value) => [value]), z.array(z.number())]);

/** The measurements of one parsed line; an ordinary log line has none. */
export function toSamples(record: unknown): Sample[] {
  const parsed = envelope.safeParse(record);
  if (!parsed.success) return [];
  const { _aws: aws, ...members } = parsed.data;
  return aws.CloudWatchMetrics.flatMap(({ Namespace: namespace, Dimensions, Metrics }) =>
    Dimensions.flatMap((names) => {
      const dimensions = Object.fromEntries(names.map((name) => [name, String(members[name])]));
      return Metrics.flatMap(({ Name: name }) => {
        const metric = { namespace, name, dimensions };
        return (amounts.safeParse(members[name]).data ?? []).map((value) => ({
          metric,
          atMs: aws.Timestamp,
          value,
        }));
      });
    }),
  );
}

/** One line for values of metrics that share their dimensions; at most 100 values each. */
export function toEmfLine(
  namespace: string,
  dimensions: Readonly<Record<string, string>>,
  values: Readonly<Record<string, readonly number[]>>,
  atMs: number,
): string {
  const _aws = {
    Timestamp: atMs,
    CloudWatchMetrics: [
      {
        Namespace: namespace,
        Dimensions: [Object.keys(dimensions)],
        Metrics: Object.keys(values).map((Name) => ({ Name })),
      },
    ],
  };
  return JSON.stringify({ _aws, ...dimensions, ...values });
}
