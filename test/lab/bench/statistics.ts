/** What a handful of measurements say: the middle, and how far they are apart. */

export interface Measured {
  readonly median: number;
  /** Half of the measurements lie between these two. */
  readonly low: number;
  readonly high: number;
  readonly count: number;
}

export function summarize(values: readonly number[]): Measured {
  const sorted = values.toSorted((one, other) => one - other);
  return {
    median: quantile(sorted, 0.5),
    low: quantile(sorted, 0.25),
    high: quantile(sorted, 0.75),
    count: sorted.length,
  };
}

/** Pairs of the same round first, then their middle: what slows a round down slows both. */
export function ratioOf(values: readonly number[], base: readonly number[]): number {
  const ratios = values.map((value, round) => value / (base[round] ?? Number.NaN));
  return summarize(ratios.filter(Number.isFinite)).median;
}

function quantile(sorted: readonly number[], share: number): number {
  const place = (sorted.length - 1) * share;
  const below = sorted[Math.floor(place)] ?? Number.NaN;
  const above = sorted[Math.ceil(place)] ?? Number.NaN;
  return below + (above - below) * (place - Math.floor(place));
}
