/**
 * Virtual time. One action happens at once, and everything that it sets free runs until it waits for
 * the scheduler again; only then the next action happens. So the order of actions decides everything.
 */

import { settled } from './settled.ts';

export interface Scheduler {
  /** Epoch milliseconds, with fractions. */
  readonly now: () => number;
  readonly after: (delayMs: number, action: () => void) => void;
  readonly sleep: (delayMs: number) => Promise<void>;
  /** Runs until nothing is left to do, or until `isOver`. */
  readonly run: (isOver: () => boolean) => Promise<void>;
  readonly steps: () => number;
}

interface Planned {
  readonly atMs: number;
  readonly number: number;
  readonly action: () => void;
}

/** More than any run needs: a loop that never ends fails instead of hanging. */
const MAX_STEPS = 60_000;

export function createScheduler(startMs: number): Scheduler {
  const heap: Planned[] = [];
  let nowMs = startMs;
  let planned = 0;
  let steps = 0;

  const after = (delayMs: number, action: () => void): void => {
    planned += 1;
    push(heap, { atMs: nowMs + Math.max(0, delayMs), number: planned, action });
  };

  return {
    now: () => nowMs,
    after,
    sleep: (delayMs) => new Promise((resolve) => after(delayMs, resolve)),
    steps: () => steps,
    run: async (isOver) => {
      await settled();
      while (!isOver()) {
        const next = pop(heap);
        if (!next) return;
        nowMs = next.atMs;
        steps += 1;
        if (steps > MAX_STEPS) throw new Error('the simulation does not come to an end');
        next.action();
        await settled();
      }
    },
  };
}

function isBefore(one: Planned, other: Planned): boolean {
  return one.atMs < other.atMs || (one.atMs === other.atMs && one.number < other.number);
}

function push(heap: Planned[], item: Planned): void {
  let index = heap.length;
  heap.push(item);
  while (index > 0) {
    const parent = (index - 1) >> 1;
    const above = heap[parent];
    if (!above || !isBefore(item, above)) break;
    heap[index] = above;
    index = parent;
  }
  heap[index] = item;
}

function pop(heap: Planned[]): Planned | undefined {
  const [first] = heap;
  const last = heap.pop();
  if (!first || !last || heap.length === 0) return first;
  let index = 0;
  for (;;) {
    const left = 2 * index + 1;
    const [leftItem, rightItem] = [heap[left], heap[left + 1]];
    const child = leftItem && rightItem && isBefore(rightItem, leftItem) ? left + 1 : left;
    const below = heap[child];
    if (!below || !isBefore(below, last)) break;
    heap[index] = below;
    index = child;
  }
  heap[index] = last;
  return first;
}
