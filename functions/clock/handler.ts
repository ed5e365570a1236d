/**
 * Handles messages of the clock queue: each one makes the clock check its verification. A message
 * that cannot be parsed is counted and dropped, because a repeat would fail in the same way.
 */

import type { ClockMessage } from '../../shared/domain/ports/clock-queue.ts';
import type { HandlerNeeds } from '../../shared/lambda/needs.ts';
import { type QueueHandler, queueHandler } from '../../shared/lambda/queue-handler.ts';
import { type RunClockNeeds, runClock } from '../../shared/usecases/run-clock.ts';

export type ClockHandlerNeeds = RunClockNeeds &
  Pick<HandlerNeeds, 'telemetry'> & {
    /** `undefined` when the body is not a message of the clock. */
    readonly parseMessage: (body: string) => ClockMessage | undefined;
  };

/** Messages of one batch that are handled at the same time. */
const AT_ONCE = 5;
/** Upper bound for handling one message, without its call to Vonage. */
const LEAST_TIME_MS = 8_000;
/** A call to Vonage takes at most 6 s; none begins with less time left than this. */
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
