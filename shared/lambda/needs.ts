/** Needs of the handler chain and its helpers, without the ports of the use cases. */

import type { Budget } from '../domain/ports/clock.ts';
import type { ParseClientToken } from './bearer.ts';
import type { InvocationTelemetry } from './telemetry.ts';

export interface HandlerNeeds {
  readonly telemetry: InvocationTelemetry;
  /** How long from now calls to Vonage may begin, in milliseconds. */
  readonly budget: () => Budget;
}

/** For routes behind a client token. */
export interface TokenNeeds extends HandlerNeeds {
  readonly parseToken: ParseClientToken;
}
