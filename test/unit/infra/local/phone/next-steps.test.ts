import { describe, expect, it } from 'vitest';
import { createNextSteps } from '../../../../../infra/local/phone/browser/next-steps.ts';

function watched() {
  const shown: (string | undefined)[] = [];
  return { shown, steps: createNextSteps((what) => shown.push(what)) };
}

describe('createNextSteps', () => {
  it('asks one question at a time, in the order in which they came', async () => {
    const { shown, steps } = watched();
    const { signal } = new AbortController();
    const asked = ['first', 'second'].map((what) => steps.ask(what, signal));
    expect(shown).toEqual(['first']);
    steps.take();
    await asked[0];
    expect(shown).toEqual(['first', 'second']);
    steps.take();
    await asked[1];
    expect(shown).toEqual(['first', 'second', undefined]);
  });

  it('shows the next question when the one that is shown is aborted', async () => {
    const { shown, steps } = watched();
    const aborting = new AbortController();
    const first = steps.ask('report the refusal', aborting.signal);
    const second = steps.ask('fill the code in', new AbortController().signal);
    aborting.abort(new Error('the check_url is not needed any more'));
    await expect(first).rejects.toThrow('not needed');
    expect(shown).toEqual(['report the refusal', 'fill the code in']);
    steps.take();
    await second;
  });

  it('keeps the question that is shown when one behind it is aborted', async () => {
    const { shown, steps } = watched();
    const aborting = new AbortController();
    const first = steps.ask('first', new AbortController().signal);
    const second = steps.ask('second', aborting.signal);
    aborting.abort(new Error('gone'));
    await expect(second).rejects.toThrow('gone');
    steps.take();
    await first;
    expect(shown).toEqual(['first', undefined]);
  });

  it('asks nothing when the signal is aborted already, and takes no step that is not shown', async () => {
    const { shown, steps } = watched();
    await expect(steps.ask('late', AbortSignal.abort(new Error('left')))).rejects.toThrow('left');
    steps.take();
    expect(shown).toEqual([]);
  });
});
