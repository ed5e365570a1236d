/**
 * Messages of the clock: each has its verification looked at. One that cannot be understood is
 * counted and dropped, because it would not be understood the next time either.
 */

import type { ClockMessage } from '../../shared/domain/ports/clock-queue.ts';
import type { HandlerNeeds } from '../../shared/lambda/needs.ts';
import { type QueueHandler, queueHandler } from '../../shared/lambda/queue-handler.ts';
import { type RunClockNeeds, runClock } from '../../shared/usecases/run-clock.ts';

export type ClockHandlerNeeds = RunClockNeeds &
  Pick<HandlerNeeds, 'telemetry'> & {
    /** `undefined` for what is not a message of the clock. */
    readonly parseMessage: (body: string) => ClockMessage | undefined;
  };

/** Of one batch at the same time. */
const AT_ONCE = 5;
/** A message takes this long at most, without its call of Vonage. */
const LEAST_TIME_MS = 8_000;
/** No call of Vonage begins with less time left: it takes 6 s at most. */
const VONAGE_TIME_MS = 7_000;

export function createClockHandler(needs: ClockHandlerNeeds): QueueHandler {
  const { telemetry, clock, parseMessage } = needs;
  const parse = (body: string): ClockMessage | undefined => {
    const message = parseMessage(body);
    if (!message) telemetry.measure({ name: 'ClockMessageFailed' });
    return message;
  };
  const options = { route: 'clock', atOnce: AT_ONCE, leastTimeMs: LEAST_TIME_MS, parse };
  return queueHandler(telemetry, options, (message, leftMs) =>
    runClock(message, needs, { lastCallAtMs: clock.now() + leftMs - VONAGE_TIME_MS }),
  );
}
