/**
 * Reads what the browser cannot see: the calls between backend and Vonage, the stored item, and
 * waiting messages.
 */

import { createClockWatcher } from './clock-watcher.ts';
import { mask } from './mask.ts';
import { pause } from './pace.ts';
import type { PageApi, SimulatorCall, StoredItem } from './page-api.ts';
import type { Wire, WireMessage } from './wire.ts';

const POLL_MS = 250;

const REQUESTS: Readonly<Record<string, string>> = {
  start: 'POST /v2/verify',
  check: 'POST /v2/verify/{id}',
  next_workflow: 'POST …/next_workflow',
  cancel: 'DELETE /v2/verify/{id}',
};

export interface WatcherNeeds {
  readonly api: Pick<PageApi, 'readCalls' | 'readItem' | 'readClock'>;
  readonly wire: Wire;
  readonly onCalls: (calls: readonly SimulatorCall[]) => void;
  readonly onItem: (item: StoredItem) => void;
  /** Ends the watch. */
  readonly signal: AbortSignal;
}

/** Runs until the signal is aborted. Unreadable sources, such as a real Vonage, are skipped. */
export async function watchBackend(
  requestId: string,
  { api, wire, onCalls, onItem, signal }: WatcherNeeds,
): Promise<void> {
  const calls: SimulatorCall[] = [];
  const clock = createClockWatcher(wire);
  let shown = '';
  while (!signal.aborted) {
    const since = calls.at(-1)?.number ?? 0;
    const [news, item, waiting] = await Promise.all([
      api.readCalls(requestId, since).catch(() => []),
      api.readItem(requestId).catch(() => undefined),
      api.readClock(requestId).catch(() => undefined),
    ]);
    if (signal.aborted) return;
    calls.push(...news);
    for (const message of news.flatMap(toMessage)) wire.record(message);
    if (waiting) clock.see(waiting, Date.now());
    if (news.length > 0) onCalls([...calls]);
    if (item && JSON.stringify(item) !== shown) {
      shown = JSON.stringify(item);
      onItem(item);
    }
    await pause(POLL_MS, signal).catch(() => undefined);
  }
}

/** Calls of the handset are skipped: the phone has recorded them already. */
function toMessage(call: SimulatorCall): readonly WireMessage[] {
  const { at, direction, operation, status, body, attempt = 1 } = call;
  const outcome = status === null ? 'no answer' : String(status);
  const common = { atMs: Date.parse(at), outcome, content: mask(call) };
  if (direction === 'sent') {
    const name = body?.type === 'summary' ? 'summary' : 'webhook';
    const label = `${name} ${body?.status}${attempt > 1 ? ` (${attempt}.)` : ''}`;
    const tone = body?.status === 'completed' ? 'good' : 'plain';
    return [{ ...common, from: 'vonage', to: 'backend', label, tone }];
  }
  const label = REQUESTS[operation];
  if (label === undefined) return [];
  const tone = status !== null && status < 300 ? 'plain' : 'bad';
  return [{ ...common, from: 'backend', to: 'vonage', label, tone }];
}
