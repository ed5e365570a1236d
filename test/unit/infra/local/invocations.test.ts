import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { limitConcurrency } from '../../../../infra/local/concurrency.ts';
import type { Invoke } from '../../../../infra/local/gateway/integration.ts';
import { answerInvocations } from '../../../../infra/local/invocations.ts';

const MINUTE_MS = 60_000;
const failing: Invoke = async () => ({ type: 'error', detail: 'as told' });
const throttled: Invoke = async () => ({ type: 'throttle', detail: 'Rate Exceeded.' });

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** How often an asynchronous invocation of `start` runs within ten minutes. */
async function runs(invoke: Invoke, settings?: { maxRetries: number; maxAgeSeconds: number }) {
  const spied = vi.fn(invoke);
  const listeners: ((message: unknown) => void)[] = [];
  const stop = answerInvocations({
    aws: { listen: (listener) => void listeners.push(listener), send: () => {} },
    invoke: spied,
    eventInvoke: new Map(settings ? [['start', settings]] : []),
    timeScale: 1,
  });
  listeners[0]?.({ invoke: { functionName: 'start', event: {} } });
  await vi.advanceTimersByTimeAsync(10 * MINUTE_MS);
  stop();
  return spied.mock.calls.length;
}

describe('answerInvocations', () => {
  it('repeats a failed asynchronous invocation twice, which is Lambda’s default', async () => {
    expect(await runs(failing)).toBe(3);
  });

  it('repeats none where the template says so', async () => {
    expect(await runs(failing, { maxRetries: 0, maxAgeSeconds: 60 })).toBe(1);
  });

  it('repeats a throttled invocation until its event is too old', async () => {
    const tried = await runs(throttled, { maxRetries: 0, maxAgeSeconds: 60 });
    expect(tried).toBeGreaterThan(10);
    expect(tried).toBeLessThan(70);
  });
});

describe('limitConcurrency', () => {
  it('throttles an invocation while the limit of the account is used up', async () => {
    const running = Promise.withResolvers<{ type: 'success'; payload: string }>();
    const invoke = limitConcurrency(() => running.promise, 1);
    const first = invoke('start', {});
    expect((await invoke('webhook', {})).type).toBe('throttle');
    running.resolve({ type: 'success', payload: 'null' });
    expect((await first).type).toBe('success');
    expect((await invoke('webhook', {})).type).toBe('success');
  });
});
