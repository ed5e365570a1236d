/** Dependencies of every function, created once per instance. */

import type { Budget, Clock } from '../domain/ports/clock.ts';
import type { HandlerNeeds } from '../lambda/needs.ts';
import { createTelemetry, type InstanceTelemetry } from '../lambda/telemetry.ts';
import { requireVariable } from './environment.ts';

/** Calls to Vonage may begin this long after a request arrived; one call takes 6 s at most. */
const CALLS_BEGIN_WITHIN_MS = 14_000;

export const clock: Clock = { now: Date.now };

export interface InstanceNeeds extends HandlerNeeds {
  readonly telemetry: InstanceTelemetry;
}

export function createHandlerNeeds(): InstanceNeeds {
  return { telemetry: createTelemetry(requireVariable('POWERTOOLS_SERVICE_NAME')), budget };
}

function budget(): Budget {
  return { lastCallAtMs: clock.now() + CALLS_BEGIN_WITHIN_MS };
}
