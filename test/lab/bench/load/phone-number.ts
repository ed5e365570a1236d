/** German mobile numbers, each one once; the last digit decides at the simulator. */

import { randomInt } from 'node:crypto';

/** Runs start far apart, so that counters and locks of an earlier one do not matter. */
let next = randomInt(0, 500_000) * 2;

/** @param ending even: completes, odd: another SIM answers */
export function phoneNumber(ending: 'even' | 'odd' = 'even'): string {
  next = (next + 2) % 10_000_000;
  const digits = String(next + (ending === 'odd' ? 1 : 0)).padStart(7, '0');
  return digits.endsWith('99') ? phoneNumber(ending) : `+491511${digits}`;
}
