import { describe, expect, it } from 'vitest';
import { createNextSteps } from '../../../../../infra/local/phone/browser/next-steps.ts';

const { signal } = new AbortController();

function watched() {
  const shown: (string | undefined)[] = [];
  return { shown, steps: createNextSteps((what) => shown.push(what)) };
}

describe('createNextSteps', () => {
  it('asks one question at a time, in their order', async () => {
    const { shown, steps } = watched();
    const asked = ['first', 'second'].map((what) => steps.ask(what, signal));
    expect(shown).toEqual(['first']);
    steps.take();
    await asked[0];
    expect(shown).toEqual(['first', 'second']);
    steps.take();
    await asked[1];
    expect(shown).toEqual(['first', 'second', undefined]);
  });

  it('shows the next question when the shown one is aborted', async () => {
    const { shown, steps } = watched();
    const aborting = new AbortController();
    const first = steps.ask('report the refusal', aborting.signal);
    const second = steps.ask('fill the code in', signal);
    aborting.abort(new Error('the check_url is not needed any more'));
    await expect(first).rejects.toThrow('not needed');
    expect(shown).toEqual(['report the refusal', 'fill the code in']);
    steps.take();
    await second;
  });

  it('keeps the shown question when a waiting one is aborted, or is too late', async () => {
    const { shown, steps } = watched();
    const aborting = new AbortController();
    const first = steps.ask('first', signal);
    const second = steps.ask('second', aborting.signal);
    aborting.abort(new Error('gone'));
    await expect(second).rejects.toThrow('gone');
    await expect(steps.ask('late', AbortSignal.abort(new Error('left')))).rejects.toThrow('left');
    steps.take();
    await first;
    expect(shown).toEqual(['first', undefined]);
  });
});
