/** Whatever becomes of its sockets, a client ends with the object that `/status` shows. */

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ended,
  type FakeBackend,
  openCheckUrl,
  submitCode,
} from '../../../fixtures/fake-backend.ts';
import { backend, begin, sleep } from './clients.ts';

type Event = (server: FakeBackend, index: number) => unknown;

function change(server: FakeBackend, index: number, isPushed = true): void {
  const visible = index % 2 === 0 ? openCheckUrl() : submitCode();
  server.change({ ...visible, channel: 'silent_auth' }, isPushed);
}

const EVENTS: Readonly<Record<string, Event>> = {
  change: (server, index) => change(server, index),
  'change without push': (server, index) => {
    server.killSockets();
    change(server, index, false);
  },
  kill: (server) => server.killSockets(),
  refuse: (server) => server.refuseHandshakes(503),
  allow: (server) => server.refuseHandshakes(undefined),
  'lose /status': (server) => server.script('/status', 'lose'),
  pause: (_, index) => sleep(index * 100),
};

/** Plays one verification; true when its client saw the end, in order. */
async function play(events: readonly string[]): Promise<boolean> {
  const server = backend();
  const verification = await begin(server);
  const seen: number[] = [];
  verification.onChange(({ seq }) => seen.push(seq));
  for (const [index, event] of events.entries()) await EVENTS[event]?.(server, index);
  server.change(ended('completed'));
  await verification.finished();
  const isSame = JSON.stringify(verification.current) === JSON.stringify(server.verification);
  const isOrdered = seen.every((seq, index) => index === 0 || seq > (seen[index - 1] ?? 0));
  verification.close();
  return isSame && isOrdered;
}

describe('200 verifications with sockets killed at random', () => {
  it('all end with the object of the backend, and never go back', async () => {
    const schedule = fc.array(fc.constantFrom(...Object.keys(EVENTS)), { maxLength: 25 });
    const twenty = fc.array(schedule, { minLength: 20, maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(twenty, async (schedules) => {
        const played = await Promise.all(schedules.map(play));
        expect(played).not.toContain(false);
      }),
      { numRuns: 10, endOnFailure: true },
    );
  });
});
