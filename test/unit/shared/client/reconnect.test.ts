/** Whatever becomes of its sockets, a client ends with the object that `/status` shows. */

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ended, openCheckUrl, submitCode } from '../../../fixtures/fake-backend.ts';
import { backend, begin, sleep } from './clients.ts';

type Event = 'change' | 'change_unheard' | 'kill' | 'refuse' | 'allow' | 'lose_status' | 'pause';

const event = fc.constantFrom<Event>(
  'change',
  'change_unheard',
  'kill',
  'refuse',
  'allow',
  'lose_status',
  'pause',
);
const schedule = fc.array(event, { maxLength: 25 });

/** Plays one verification; true when its client saw the end, in order. */
async function play(events: readonly Event[]): Promise<boolean> {
  const server = backend();
  const verification = await begin(server);
  const seen: number[] = [];
  verification.onChange(({ seq }) => seen.push(seq));
  for (const [index, next] of events.entries()) {
    const change = index % 2 === 0 ? openCheckUrl() : submitCode();
    if (next === 'change') server.change({ ...change, channel: 'silent_auth' });
    if (next === 'change_unheard') {
      server.killSockets();
      server.change({ ...change, channel: 'silent_auth' }, false);
    }
    if (next === 'kill') server.killSockets();
    if (next === 'refuse') server.refuseHandshakes(503);
    if (next === 'allow') server.refuseHandshakes(undefined);
    if (next === 'lose_status') server.script('/status', 'lose');
    if (next === 'pause') await sleep(index * 100);
  }
  server.change(ended('completed'));
  await verification.finished();
  const isSame = JSON.stringify(verification.current) === JSON.stringify(server.verification);
  const isOrdered = seen.every((seq, index) => index === 0 || seq > (seen[index - 1] ?? 0));
  verification.close();
  return isSame && isOrdered;
}

describe('200 verifications with sockets killed at random', () => {
  it('all end with the object of the backend, and never go back', async () => {
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
