/** One running verification, as its app holds it. */

import type { Received, Route } from '../gateway.ts';
import type { Prng } from '../prng.ts';
import type { Person } from '../settings.ts';
import type { Handset } from './handset.ts';

export interface Session {
  readonly person: Person;
  readonly requestId: string;
  readonly token: string;
  readonly handset: Handset;
  readonly prng: Prng;
  /** A stream of its own for what the app does about its proof. */
  readonly proofPrng: Prng;
  readonly done: Set<string>;
  readonly ask: (route: Route, body?: unknown) => Promise<Received | undefined>;
}
