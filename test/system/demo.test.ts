/** `npm run demo`, as a person runs it, and what its stories show. */

import { describe, expect, inject, it } from 'vitest';
import { connectSimulator } from '../../infra/local/demo/simulator.ts';
import { STORIES } from '../../infra/local/demo/stories.ts';
import { perform } from '../../infra/local/demo/story.ts';
import { runCommand } from '../fixtures/command.ts';

const THE_NUMBER = { phone_number: true, email: false };
const NOTHING = { phone_number: false, email: false };

interface Line {
  readonly story: string;
  readonly status: string;
  readonly verified: unknown;
  readonly transitions: readonly { readonly seq: number; readonly milliseconds: number }[];
  readonly milliseconds: number;
}

describe('npm run demo -- --json', () => {
  it('prints six stories and nothing else, and exits with 0', async () => {
    const { stdout, stderr, code } = await runCommand('infra/local/demo.ts', '--json');
    expect([stderr, code]).toEqual(['', 0]);
    const lines: Line[] = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.map(({ story, status, verified }) => [story, status, verified])).toEqual([
      ['silent_auth_completes', 'completed', THE_NUMBER],
      ['carrier_rejects', 'user_rejected', NOTHING],
      ['email_after_failure', 'completed', { phone_number: false, email: true }],
      ['man_in_the_middle', 'aborted', NOTHING],
      ['without_socket', 'completed', THE_NUMBER],
      ['lost_answer', 'completed', THE_NUMBER],
    ]);
    for (const { transitions, milliseconds, ...others } of lines) {
      expect(Object.keys(others).sort()).toEqual(['channel', 'status', 'story', 'verified']);
      const numbers = transitions.map(({ seq }) => seq);
      expect(numbers, others.story).toEqual(numbers.toSorted((one, other) => one - other));
      expect(transitions.length, others.story).toBeGreaterThan(2);
      const lastMs = transitions.at(-1)?.milliseconds ?? 0;
      expect(milliseconds, others.story).toBeGreaterThanOrEqual(lastMs);
    }
  });
});

describe('the stories of the demo', () => {
  const { signal: stopped } = new AbortController();
  const { api, vonage } = inject('endpoints');

  /** What a story shows after its completion. */
  async function shownAfterCompletion(name: string): Promise<readonly string[]> {
    const story = STORIES.find((each) => each.name === name);
    if (!story) throw new Error(`there is no story ${name}`);
    const simulator = connectSimulator(vonage);
    const lines: string[] = [];
    const show = (_milliseconds: number, text: string): void => void lines.push(text.trim());
    const played = await perform(story, { api, simulator, stopped }, show);
    expect(played.failure).toBeUndefined();
    return lines.slice(lines.findIndex((line) => line.startsWith('completed')) + 1);
  }

  it('end the first with a proof of the number, which your backend accepts once', async () => {
    expect(await shownAfterCompletion('silent_auth_completes')).toEqual([
      'the app sends the proof to your backend, which fetches the public keys',
      'refused: the same proof with another number',
      expect.stringMatching(/^accepted: by silent_auth, phone_number …\d{3}8, its own nonce$/),
      'refused: another proof of the same verification: its jti was already used',
    ]);
  });

  it('end the third with a proof of the address, and none of the number', async () => {
    expect(await shownAfterCompletion('email_after_failure')).toEqual([
      '/proof is refused for the number: a code by e-mail does not prove it',
      'your backend accepts: by email, the address and no phone_number',
    ]);
  });
});
