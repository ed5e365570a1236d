/** What every part of a simulated world is given. */

import type { Faults } from './faults.ts';
import type { History } from './history.ts';
import type { Prng } from './prng.ts';
import type { Scheduler } from './scheduler.ts';

export interface Surroundings {
  readonly scheduler: Scheduler;
  readonly faults: Faults;
  readonly history: History;
  /** The part's own stream. */
  readonly prng: Prng;
}
