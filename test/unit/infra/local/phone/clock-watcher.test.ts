import { expect, it } from 'vitest';
import { createClockWatcher } from '../../../../../infra/local/phone/browser/clock-watcher.ts';

it('draws a row when a message of the clock is sent, and one when it is delivered', () => {
  const rows: string[] = [];
  const clock = createClockWatcher({
    record: ({ atMs, from, to, label }) => void rows.push(`${atMs} ${from} ${to} ${label}`),
  });
  const message = { id: 'a', body: { step: 0 }, sent_at_ms: 1000, due_at_ms: 63_000 };
  clock.see([message], 1200);
  clock.see([message], 1400);
  expect(rows).toEqual(['1000 backend backend clock set: in 62 s']);
  clock.see([{ ...message, id: 'b', sent_at_ms: 63_010, due_at_ms: 183_010 }], 63_200);
  expect(rows.slice(1)).toEqual([
    '63010 backend backend clock set: in 120 s',
    '63000 backend backend clock: checks the verification',
  ]);
});
