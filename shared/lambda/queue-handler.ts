/** The chain around a handler that a queue feeds: a batch of messages, one log line for each. */

import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { measureFault } from './measure-fault.ts';
import { problemCode } from './problem.ts';
import type { InvocationTelemetry } from './telemetry.ts';

export interface QueueOptions<Message> {
  /** Its name in the log line. */
  readonly route: string;
  /** Messages of one batch that are handled at the same time. */
  readonly atOnce: number;
  /** A message is not begun with less time left than this: the next invocation takes it. */
  readonly leastTimeMs: number;
  /** `undefined` when the body is not a message; it is then dropped. */
  readonly parse: (body: string) => Message | undefined;
}

export type QueueHandler = (event: SQSEvent, context: Context) => Promise<SQSBatchResponse>;

/**
 * Reports exactly the messages that must be delivered again: those that failed, asked for it, or
 * were not begun. A failed message does not hold up the others.
 */
export function queueHandler<Message extends { readonly requestId: string }>(
  telemetry: InvocationTelemetry,
  { route, atOnce, leastTimeMs, parse }: QueueOptions<Message>,
  handle: (message: Message, leftMs: number) => Promise<'done' | 'again'>,
): QueueHandler {
  const isDone = async ({ body }: SQSRecord, context: Context): Promise<boolean> => {
    const startedAt = performance.now();
    const message = parse(body);
    const log = (outcome: string, fault?: unknown): void => {
      const milliseconds = Math.round(performance.now() - startedAt);
      const request_id = message?.requestId;
      telemetry.flush({ route, outcome, request_id, milliseconds }, fault);
    };
    if (!message) {
      log('unintelligible');
      return true;
    }
    const leftMs = context.getRemainingTimeInMillis();
    if (leftMs < leastTimeMs) {
      log('not_begun');
      return false;
    }
    try {
      const outcome = await handle(message, leftMs);
      log(outcome === 'done' ? 'ok' : outcome);
      return outcome === 'done';
    } catch (error) {
      measureFault(error, telemetry, context);
      log(problemCode(error), error);
      return false;
    }
  };
  return async ({ Records }, context) => {
    const waiting = Records.values();
    const failed: string[] = [];
    const work = async (): Promise<void> => {
      for (const record of waiting) {
        if (!(await isDone(record, context))) failed.push(record.messageId);
      }
    };
    await Promise.all(Array.from({ length: atOnce }, work));
    return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
  };
}
