/** SQS between the functions and the clock: delays, loses, repeats and reorders messages. */

import type { SQSRecord } from 'aws-lambda';
import { toMessageBody } from '../../../shared/adapters/sqs/clock-message.ts';
import type { ClockQueue } from '../../../shared/domain/ports/clock-queue.ts';
import type { Fact } from './history.ts';
import type { Lambda } from './lambda/instances.ts';
import type { Connected, Waiting } from './wire.ts';

const MAX_DELAY_MS = 900_000;
const SEND_TIMEOUT_MS = 300;
const VISIBILITY_MS = 90_000;
const MAX_RECEIVE_COUNT = 5;

export function createSimulatedQueue(needs: Connected & { readonly lambda: Lambda }) {
  const { scheduler, faults, prng, history, wire, lambda } = needs;
  /** Those about which any message was sent. */
  const known = new Set<string>();
  /** Messages that have not arrived. */
  const onTheWay = new Set<{ readonly requestId: string }>();
  const lost = new Set<string>();
  let waiting = 0;

  const lose = (requestId: string, why: string): void => {
    lost.add(requestId);
    history.record({ kind: 'fault', what: `the queue ${why}: ${requestId}`, invocation: 0 });
  };

  const deliver = async (requestId: string, body: string, receives: number): Promise<void> => {
    const invocation = lambda.nextInvocation();
    const record = { body, messageId: `message${invocation}` } as SQSRecord;
    const result = await lambda.deliver({ Records: [record] }, invocation);
    const isSettled = result !== 'crashed' && result.batchItemFailures.length === 0;
    if (isSettled) waiting -= 1;
    else if (receives >= MAX_RECEIVE_COUNT) {
      waiting -= 1;
      lose(requestId, 'gives a message up');
    } else scheduler.after(VISIBILITY_MS, () => void deliver(requestId, body, receives + 1));
  };

  const put = (requestId: string, body: string, delayMs: number): void => {
    if (faults.happens('message_lost')) {
      lose(requestId, 'loses a message');
      return;
    }
    const copies = faults.happens('message_repeated') ? 2 : 1;
    for (let copy = 0; copy < copies; copy += 1) {
      const lateMs = faults.happens('message_delayed')
        ? prng.between(0, prng.pick([5000, 90_000]))
        : prng.between(0, 200);
      waiting += 1;
      scheduler.after(delayMs + lateMs, () => void deliver(requestId, body, 1));
    }
  };

  return {
    /** Messages that will still be delivered. */
    waiting: () => waiting,
    /** Whether every message that was to be sent about it has come, and was handled. */
    keptEveryMessage: (requestId: string) =>
      !lost.has(requestId) &&
      ![...onTheWay].some((message) => message.requestId === requestId) &&
      (known.has(requestId) || !history.facts.some(isDeathOfStart)),
    queueFor: (who: Waiting): ClockQueue => ({
      send: async (message, atMs) => {
        const { requestId } = message;
        const body = toMessageBody(message);
        const seconds = Math.ceil((atMs - who.clock.now()) / 1000);
        const delayMs = Math.min(MAX_DELAY_MS, Math.max(0, seconds * 1000));
        const sending = { requestId };
        known.add(requestId);
        onTheWay.add(sending);
        const effect = (): void => {
          onTheWay.delete(sending);
          put(requestId, body, delayMs);
        };
        const asked = { to: 'the queue', timeoutMs: SEND_TIMEOUT_MS, latencyMs: 10, effect };
        return (await wire.exchange(who, asked)).outcome === 'answered';
      },
    }),
  };
}

/** A start may die after it has appended `started` and before it sends the message. */
function isDeathOfStart(fact: Fact): boolean {
  return fact.kind === 'fault' && /^start-\d+ dies/.test(fact.what);
}
