/** Many tasks, so many at a time. */

export async function inParallel<T>(
  atATime: number,
  items: Iterable<T>,
  run: (item: T) => Promise<void>,
  /** Between the first tasks of two workers, so that not all begin in one instant. */
  rampMs = 0,
): Promise<void> {
  const queue = items[Symbol.iterator]();
  const worker = async (_: unknown, index: number): Promise<void> => {
    await new Promise((resolve) => setTimeout(resolve, index * rampMs));
    for (let next = queue.next(); !next.done; next = queue.next()) await run(next.value);
  };
  await Promise.all(Array.from({ length: atATime }, worker));
}
