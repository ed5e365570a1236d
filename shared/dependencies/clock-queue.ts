/** The queue of the clock. */

import { createClockQueue } from '../adapters/sqs/clock-queue.ts';
import { ENV } from '../config.ts';
import type { ClockQueue } from '../domain/ports/clock-queue.ts';
import { type Aws, requestOptions } from './aws.ts';
import type { EarlyTask } from './dependencies.ts';
import { findVariable, requireVariable } from './environment.ts';

/** For functions that start or end verifications, where the stage has a clock. */
export function findClockQueue(aws: Aws): { readonly clockQueue?: ClockQueue } {
  return findVariable(ENV.clockQueue) === undefined ? {} : { clockQueue: requireClockQueue(aws) };
}

/** For the clock itself. */
export function requireClockQueue(aws: Aws): ClockQueue {
  const queueUrl = requireVariable(ENV.clockQueue);
  return createClockQueue({ ...requestOptions(aws, ENV.queueEndpoint), queueUrl });
}

/** Opens the socket for the message that the first start sends. */
export function openQueueSocket({ agent }: Aws): EarlyTask {
  const url = findVariable(ENV.queueEndpoint) ?? requireVariable(ENV.clockQueue);
  return () => agent.openSocket(new URL(url));
}
