/** `npm run demo`, as a person runs it, and what its stories tell. */

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, inject, it } from 'vitest';
import { connectSimulator } from '../../infra/local/demo/simulator.ts';
import { STORIES } from '../../infra/local/demo/stories.ts';
import { perform } from '../../infra/local/demo/story.ts';

const THE_NUMBER = { phone_number: true, email: false };
const NOTHING = { phone_number: false, email: false };

interface Told {
  readonly story: string;
  readonly status: string;
  readonly verified: unknown;
  readonly transitions: readonly { readonly seq: number; readonly milliseconds: number }[];
  readonly milliseconds: number;
}

describe('npm run demo -- --json', () => {
  it('tells six stories on stdout and nothing else, and exits 0', async () => {
    const { stdout, stderr } = await promisify(execFile)('node', ['infra/local/demo.ts', '--json']);
    expect(stderr).toBe('');
    const told: Told[] = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(told.map(({ story, status, verified }) => [story, status, verified])).toEqual([
      ['silent_auth_completes', 'completed', THE_NUMBER],
      ['carrier_rejects', 'user_rejected', NOTHING],
      ['email_after_failure', 'completed', { phone_number: false, email: true }],
      ['man_in_the_middle', 'aborted', NOTHING],
      ['without_socket', 'completed', THE_NUMBER],
      ['lost_answer', 'completed', THE_NUMBER],
    ]);
    for (const { transitions, milliseconds, ...others } of told) {
      expect(Object.keys(others).sort(), others.story).toEqual(
        ['channel', 'status', 'story', 'verified'], // the six members that were promised
      );
      const numbers = transitions.map(({ seq }) => seq);
      expect(numbers, others.story).toEqual(numbers.toSorted((one, other) => one - other));
      expect(transitions.length, others.story).toBeGreaterThan(2);
      expect(milliseconds, others.story).toBeGreaterThanOrEqual(
        transitions.at(-1)?.milliseconds ?? 0,
      );
    }
  });
});

describe('the stories of the demo', () => {
  const { signal: stopped } = new AbortController();
  const { api, vonage } = inject('endpoints');

  async function timelineOf(name: string): Promise<readonly string[]> {
    const story = STORIES.find((each) => each.name === name);
    if (!story) throw new Error(`there is no story ${name}`);
    const simulator = connectSimulator(vonage);
    const lines: string[] = [];
    const show = (_milliseconds: number, text: string): void => void lines.push(text.trim());
    const played = await perform(story, { api, simulator, stopped }, show);
    expect(played.failure).toBeUndefined();
    return lines;
  }

  it('end the first with a proof of the number, which your backend accepts once', async () => {
    const lines = await timelineOf('silent_auth_completes');
    expect(lines.slice(lines.findIndex((line) => line.startsWith('completed')) + 1)).toEqual([
      'the app sends the proof to your backend, which fetches the public keys',
      'refused: the same proof with another number',
      expect.stringMatching(/^accepted: by silent_auth, phone_number …\d{3}8, its own nonce$/),
      'refused: another proof of the same verification: its jti was already used',
    ]);
  });

  it('end the third with a proof of the address, and none of the number', async () => {
    const lines = await timelineOf('email_after_failure');
    expect(lines.slice(lines.findIndex((line) => line.startsWith('completed')) + 1)).toEqual([
      '/proof is refused for the number: a code by e-mail does not prove it',
      'your backend accepts: by email, the address and no phone_number',
    ]);
  });
});
