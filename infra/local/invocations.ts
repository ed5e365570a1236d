/**
 * Invocations that do not come from an API: those of event source mappings, which wait for the
 * answer, and asynchronous ones, which are retried as the template defines.
 */
import { toSentence } from '../../shared/command/run-command.ts';
import { invokeMessage } from './aws/messages.ts';
import type { Invoke } from './gateway/integration.ts';
import type { InvocationResult } from './lambda-runtime/execution-environment.ts';
import type { Service } from './service.ts';
import { DEFAULT_EVENT_INVOKE, type EventInvokeSettings } from './template/event-invoke.ts';

export interface InvocationsOptions {
  /** The process of the AWS stand-ins. */
  readonly aws: Pick<Service, 'listen' | 'send'>;
  readonly invoke: Invoke;
  readonly eventInvoke: ReadonlyMap<string, EventInvokeSettings>;
  /** Factor by which the pauses between retries are multiplied. */
  readonly timeScale: number;
}

/** Pauses before the retries of a function that failed: one minute, then two. */
const RETRY_SECONDS = [60, 120];
/** Pause before a retry after throttling, which is repeated until the event is too old. */
const THROTTLED_RETRY_SECONDS = 1;

/** @returns a function that stops it */
export function answerInvocations(options: InvocationsOptions): () => void {
  const { aws, invoke, eventInvoke, timeScale } = options;
  const timers = new Set<NodeJS.Timeout>();
  let isClosed = false;

  aws.listen((message) => {
    const parsed = invokeMessage.safeParse(message);
    if (!parsed.success) return;
    const { id, functionName, event } = parsed.data.invoke;
    if (id === undefined) void invokeLater(functionName, event, Date.now(), 0);
    else void answer(id, functionName, event);
  });

  /**
   * Logs the error of an unknown function: nobody waits for the result, and it must not end the
   * stack.
   */
  async function run(functionName: string, event: unknown): Promise<InvocationResult> {
    try {
      return await invoke(functionName, event);
    } catch (error) {
      console.error(toSentence(error));
      return { type: 'error', detail: toSentence(error) };
    }
  }

  async function answer(id: string, functionName: string, event: unknown): Promise<void> {
    const result = await run(functionName, event);
    const payload = result.type === 'success' ? { payload: result.payload } : {};
    aws.send({ invoked: { id, ...payload } });
  }

  async function invokeLater(
    functionName: string,
    event: unknown,
    sinceMs: number,
    failures: number,
  ): Promise<void> {
    const result = await run(functionName, event);
    if (result.type === 'success' || isClosed) return;
    const isThrottled = result.type === 'throttle';
    const { maxRetries, maxAgeSeconds } = eventInvoke.get(functionName) ?? DEFAULT_EVENT_INVOKE;
    const pauseMs = toPauseMs(isThrottled ? THROTTLED_RETRY_SECONDS : RETRY_SECONDS[failures]);
    const isTooOld = Date.now() + pauseMs - sinceMs > maxAgeSeconds * 1000 * timeScale;
    if (isTooOld || (!isThrottled && failures >= maxRetries)) return;
    const timer = setTimeout(() => {
      timers.delete(timer);
      void invokeLater(functionName, event, sinceMs, isThrottled ? failures : failures + 1);
    }, pauseMs);
    timers.add(timer);
  }

  function toPauseMs(seconds = 0): number {
    return seconds * 1000 * timeScale;
  }

  return () => {
    isClosed = true;
    for (const timer of timers) clearTimeout(timer);
  };
}
