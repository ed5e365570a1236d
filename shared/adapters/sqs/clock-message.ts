/** A message of the clock as SQS carries it: versioned JSON in `snake_case`. */

import type { ClockMessage } from '../../domain/ports/clock-queue.ts';

const VERSION = 1;

export function toMessageBody({ requestId, step }: ClockMessage): string {
  return JSON.stringify({ v: VERSION, request_id: requestId, step });
}

/** `undefined` for another version or form: such a message is dropped. */
export function parseClockMessage(body: string): ClockMessage | undefined {
  const members = new Map(Object.entries(parseObject(body)));
  const requestId = members.get('request_id');
  const step = members.get('step');
  if (members.get('v') !== VERSION || typeof requestId !== 'string' || requestId === '') {
    return undefined;
  }
  if (typeof step !== 'number' || !Number.isInteger(step) || step < 0) return undefined;
  return { requestId, step };
}

function parseObject(body: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
