/** The chain around a handler that a queue feeds: a batch of messages, one log line for each. */

import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { measureDefect } from './defect.ts';
import { isSecretNotSet, problemCode } from './problem.ts';
import type { InvocationTelemetry } from './telemetry.ts';

/** What has become of a message; `again`: the queue must deliver it once more. */
export interface Handled {
  readonly outcome: 'ok' | 'again' | 'unintelligible';
  readonly requestId?: string;
}

export interface QueueOptions {
  readonly route: string;
  /** Messages of one batch that are handled at the same time. */
  readonly atOnce: number;
  /** A message is not begun with less time left than this: the next invocation takes it. */
  readonly leastTimeMs: number;
}

export type QueueHandler = (event: SQSEvent, context: Context) => Promise<SQSBatchResponse>;

/**
 * Reports exactly the messages that must come again: those that failed, asked for it, or were not
 * begun. One that fails holds up no other.
 */
export function queueHandler(
  telemetry: InvocationTelemetry,
  { route, atOnce, leastTimeMs }: QueueOptions,
  handle: (body: string, leftMs: number) => Promise<Handled>,
): QueueHandler {
  const handleOne = async ({ body }: SQSRecord, context: Context): Promise<boolean> => {
    const startedAt = performance.now();
    const leftMs = context.getRemainingTimeInMillis();
    const log = (outcome: string, requestId?: string, fault?: unknown): void => {
      const milliseconds = Math.round(performance.now() - startedAt);
      telemetry.flush({ route, outcome, request_id: requestId, milliseconds }, fault);
    };
    if (leftMs < leastTimeMs) {
      log('not_begun');
      return false;
    }
    try {
      const { outcome, requestId } = await handle(body, leftMs);
      log(outcome, requestId);
      return outcome !== 'again';
    } catch (error) {
      if (isSecretNotSet(error)) telemetry.measure({ name: 'SecretNotSet' });
      if (problemCode(error) === 'internal') measureDefect(telemetry, context);
      log(problemCode(error), undefined, error);
      return false;
    }
  };
  return async ({ Records }, context) => {
    const waiting = Records.values();
    const failed: string[] = [];
    const work = async (): Promise<void> => {
      for (const record of waiting) {
        if (!(await handleOne(record, context))) failed.push(record.messageId);
      }
    };
    await Promise.all(Array.from({ length: atOnce }, work));
    return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
  };
}
