import { afterEach, describe, expect, it, vi } from 'vitest';
import { initialize } from '../../../../shared/dependencies/initialize.ts';

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe('initialize', () => {
  it('runs the early tasks at the same time, and the warm-up after them', async () => {
    const order: string[] = [];
    const task = (name: string) => async () => {
      order.push(`${name} begins`);
      await Promise.resolve();
      order.push(`${name} ends`);
    };
    await initialize([task('one'), task('two')], task('warm-up'));
    const early = ['one begins', 'two begins', 'one ends', 'two ends'];
    expect(order).toEqual([...early, 'warm-up begins', 'warm-up ends']);
  });

  it('ignores an early task that fails, and does not log it', async () => {
    const warn = vi.spyOn(console, 'warn').mockReturnValue();
    const warmUp = vi.fn(async () => {});
    await initialize([() => Promise.reject(new Error('no secret yet'))], warmUp);
    expect(warmUp).toHaveBeenCalledOnce();
    expect(warn).not.toHaveBeenCalled();
  });

  it('logs a warm-up that fails, and lets INIT succeed', async () => {
    const warn = vi.spyOn(console, 'warn').mockReturnValue();
    const error = new Error('the example of POST /start is answered 500');
    await initialize([], () => Promise.reject(error));
    expect(warn).toHaveBeenCalledExactlyOnceWith('the warm-up failed', error);
  });

  it('waits one second for a service that does not answer', async () => {
    vi.useFakeTimers();
    const done = vi.fn();
    const over = initialize([() => new Promise(() => {})]).then(done);
    await vi.advanceTimersByTimeAsync(999);
    expect(done).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    await over;
  });
});
