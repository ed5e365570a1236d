/** What a handful of measurements say: the middle, and how far they are apart. */

import { quantile } from '../../fixtures/quantile.ts';

/** A number as it is shown; of several measurements the middle. */
export interface Figure {
  readonly median: number;
  /** Half of the measurements lie between these two; absent for a single number. */
  readonly low?: number;
  readonly high?: number;
  /** After the point. */
  readonly digits: number;
}

export function single(median: number, digits = 0): Figure {
  return { median, digits };
}

export function spread(values: readonly number[], digits = 0): Figure {
  const [low, high] = [quantile(values, 0.25), quantile(values, 0.75)];
  return { median: medianOf(values), low, high, digits };
}

/** As text; of nothing a dash. */
export function show(cell: Figure | string = ''): string {
  if (typeof cell === 'string') return cell;
  const { median, low, high, digits } = cell;
  const fixed = (value?: number): string =>
    Number.isFinite(value) ? Number(value).toFixed(digits) : '–';
  if (!Number.isFinite(median) || low === undefined) return fixed(median);
  return `${fixed(median)} (${fixed(low)}–${fixed(high)})`;
}

export function medianOf(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** Of pairs of the same round: what slows a round down slows both. */
export function ratios(values: readonly number[], base: readonly number[]): readonly number[] {
  return values.map((value, round) => value / (base[round] ?? Number.NaN));
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
