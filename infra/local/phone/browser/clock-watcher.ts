/** Records what the clock does for one verification, as rows of the diagram. */

import type { ClockMessage } from './page-api.ts';
import type { Wire, WireMessage } from './wire.ts';

export interface ClockWatcher {
  /**
   * Compares the waiting messages with those of the last call: a new one was sent, a missing one
   * was delivered.
   */
  see(waiting: readonly ClockMessage[], nowMs: number): void;
}

export function createClockWatcher(wire: Pick<Wire, 'record'>): ClockWatcher {
  const known = new Map<string, ClockMessage>();
  const record = (atMs: number, label: string, content: unknown): void => {
    const row: WireMessage = {
      atMs,
      from: 'backend',
      to: 'backend',
      label,
      tone: 'plain',
      content,
    };
    wire.record(row);
  };
  return {
    see(waiting, nowMs) {
      for (const message of waiting) {
        if (known.has(message.id)) continue;
        known.set(message.id, message);
        const seconds = Math.round((message.due_at_ms - message.sent_at_ms) / 1000);
        record(message.sent_at_ms, `clock set: in ${seconds} s`, message.body);
      }
      const ids = new Set(waiting.map(({ id }) => id));
      for (const [id, { body, due_at_ms: dueAtMs }] of known) {
        if (ids.has(id)) continue;
        known.delete(id);
        record(Math.min(dueAtMs, nowMs), 'clock: checks the verification', body);
      }
    },
  };
}
