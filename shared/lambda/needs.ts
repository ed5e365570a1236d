/** Needs of the handler chain and its helpers, without the ports of the use cases. */

import type { Budget } from '../domain/ports/clock.ts';
import type { ParseClientToken } from './bearer.ts';
import type { InvocationTelemetry } from './telemetry.ts';

export interface HandlerNeeds {
  readonly telemetry: InvocationTelemetry;
  /** Until when calls to Vonage may begin, counted from now. */
  readonly budget: () => Budget;
}

/** For routes behind a client token. */
export interface TokenNeeds extends HandlerNeeds {
  readonly parseToken: ParseClientToken;
}
