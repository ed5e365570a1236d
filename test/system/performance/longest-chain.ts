/** How many of the calls had to wait for one another. */

export interface Span {
  readonly startedAtMs: number;
  readonly endedAtMs: number;
}

/** A call that began when another had been answered waited for it; 0 for no calls. */
export function longestChain(calls: readonly Span[]): number {
  const depths: number[] = [];
  const inOrder = calls.toSorted((one, other) => one.startedAtMs - other.startedAtMs);
  for (const [index, { startedAtMs }] of inOrder.entries()) {
    const before = inOrder
      .slice(0, index)
      .map(({ endedAtMs }, earlier) => (endedAtMs <= startedAtMs ? (depths[earlier] ?? 0) : 0));
    depths.push(1 + Math.max(0, ...before));
  }
  return Math.max(0, ...depths);
}
