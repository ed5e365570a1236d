/** An invariant of `docs/security.md` that one run broke, and how a check reports it. */

import type { Ending } from '../ending.ts';
import type { World } from '../world.ts';

export interface Violation extends Where {
  readonly invariant: string;
  readonly message: string;
}

export interface Where {
  /** The verification it is about, when it is about one. */
  readonly requestId?: string;
  /** A text that occurs in its facts, when it is not about one verification. */
  readonly about?: string;
  /** When it was broken, if that is known. */
  readonly atMs?: number;
}

export type Report = (invariant: string, message: string, where?: Where) => void;

/** Reads what one run left behind and reports what may not be. */
export type Check = (world: World, report: Report, ending: Ending) => void;
