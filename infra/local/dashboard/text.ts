/** Formats numbers and times for people. */

export function toAmount(value: number): string {
  if (value >= 10_000) return `${toAmount(value / 1000)}k`;
  return String(Number(value.toPrecision(value >= 100 ? 4 : 3)));
}

/** UTC, to the second. */
export function toTime(epochMs: number): string {
  return new Date(epochMs).toISOString().slice(11, 19);
}
