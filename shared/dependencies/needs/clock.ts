/** What `clock` needs. */

import { parseClockMessage } from '../../adapters/sqs/clock-message.ts';
import type { ClockMessage } from '../../domain/ports/clock-queue.ts';
import type { InvocationTelemetry } from '../../lambda/telemetry.ts';
import type { RunClockNeeds } from '../../usecases/run-clock.ts';
import { requireClockQueue } from '../clock-queue.ts';
import type { Dependencies } from '../dependencies.ts';
import { createHandlerNeeds } from '../instance.ts';
import { createEndingDependencies } from '../verifying.ts';

type ClockNeeds = RunClockNeeds & {
  readonly telemetry: InvocationTelemetry;
  readonly parseMessage: (body: string) => ClockMessage | undefined;
};

export function buildClockNeeds(): Dependencies<ClockNeeds> {
  const { telemetry, budget } = createHandlerNeeds();
  const { needs, early, aws } = createEndingDependencies({ telemetry, budget });
  const clockQueue = requireClockQueue(aws);
  return { needs: { ...needs, telemetry, clockQueue, parseMessage: parseClockMessage }, early };
}
