/** `npm run demo -- --json`, as a person runs it. */

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

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
    for (const { story, transitions, milliseconds } of told) {
      const numbers = transitions.map(({ seq }) => seq);
      expect(numbers, story).toEqual(numbers.toSorted((one, other) => one - other));
      expect(transitions.length, story).toBeGreaterThan(2);
      expect(milliseconds, story).toBeGreaterThanOrEqual(transitions.at(-1)?.milliseconds ?? 0);
    }
  });
});
