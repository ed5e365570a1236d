/** Collected measurements by metric, and CloudWatch's statistics over them. */
import type { Sample } from './emf.ts';
import type { MetricId } from './metric-query.ts';

export interface MetricStore {
  /** Every metric that was measured at least once. */
  metrics(): readonly MetricId[];
  /** One value for each period; undefined where nothing was measured. */
  values(metric: MetricId, statistic: string, grid: Grid): readonly (number | undefined)[];
  /** Time of the first and the last measurement. */
  readonly range: { readonly startMs: number; readonly endMs: number } | undefined;
}

/** `periods` periods of equal length, the first one beginning at `startMs`. */
export interface Grid {
  readonly startMs: number;
  readonly periodMs: number;
  readonly periods: number;
}

export function createMetricStore(samples: readonly Sample[]): MetricStore {
  const byMetric = Map.groupBy(samples, ({ metric }) => toKey(metric));
  const times = samples.map(({ atMs }) => atMs).sort((one, other) => one - other);
  const [startMs, endMs] = [times[0], times.at(-1)];
  return {
    metrics: () => [...byMetric.values()].flatMap(([first]) => first?.metric ?? []),
    values(metric, statistic, { startMs: begin, periodMs, periods }) {
      const inPeriod = Map.groupBy(byMetric.get(toKey(metric)) ?? [], ({ atMs }) =>
        Math.floor((atMs - begin) / periodMs),
      );
      return Array.from({ length: periods }, (_, period) => {
        const found = inPeriod.get(period);
        return (
          found &&
          statisticOf(
            found.map(({ value }) => value),
            statistic,
          )
        );
      });
    },
    range: startMs === undefined || endMs === undefined ? undefined : { startMs, endMs },
  };
}

/** A key that does not depend on the order of the dimensions. */
function toKey({ namespace, name, dimensions }: MetricId): string {
  const sorted = Object.entries(dimensions).sort(([one], [other]) => (one < other ? -1 : 1));
  return JSON.stringify([namespace, name, sorted]);
}

function statisticOf(values: readonly number[], statistic: string): number {
  const sum = values.reduce((total, value) => total + value, 0);
  const percentile = /^p([\d.]+)$/.exec(statistic)?.[1];
  if (percentile !== undefined) return percentileOf(values, Number(percentile));
  switch (statistic) {
    case 'Sum':
      return sum;
    case 'SampleCount':
      return values.length;
    case 'Average':
      return sum / values.length;
    case 'Maximum':
      return Math.max(...values);
    case 'Minimum':
      return Math.min(...values);
    default:
      throw new Error(`the statistic ${statistic} is not known`);
  }
}

/** Uses the nearest rank, so the result is always one of the values. */
function percentileOf(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  const rank = Math.ceil((percent / 100) * sorted.length);
  return sorted[Math.max(0, rank - 1)] ?? 0;
}
