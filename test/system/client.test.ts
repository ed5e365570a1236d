/** The client of the apps against the running stack. */

import { describe, expect, inject, it } from 'vitest';
import { openCheckUrl } from '../../infra/local/demo/handset.ts';
import { createClient } from '../../shared/client/client.ts';
import { phoneNumber } from '../fixtures/app.ts';

const { api } = inject('endpoints');

/** A WebSocket whose connections can be cut, as a phone that changes networks does. */
function cuttable(): { readonly WebSocket: typeof WebSocket; readonly cut: () => void } {
  const open = new Set<WebSocket>();
  const Cuttable = class extends WebSocket {
    constructor(url: string | URL, protocols?: string | string[]) {
      super(url, protocols);
      open.add(this);
      this.addEventListener('close', () => open.delete(this));
    }
  };
  return { WebSocket: Cuttable, cut: () => open.forEach((socket) => void socket.close()) };
}

/** One verification whose socket is cut at random moments until it ends. */
async function play(index: number): Promise<string> {
  const { WebSocket, cut } = cuttable();
  const client = createClient({
    apiUrl: api,
    WebSocket,
    openCheckUrl: (url, { signal }) => openCheckUrl(url, signal),
    timing: { backoffMs: 20, maxBackoffMs: 500, pollMs: 1_000 },
  });
  const ending = ['8', '1', '6'][index % 3] ?? '8';
  const request = { phoneNumber: phoneNumber(ending), channels: ['silent_auth'] };
  const verification = await client.start(request);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const cutAgain = (): void => {
    cut();
    timer = setTimeout(cutAgain, Math.random() * 150);
  };
  cutAgain();
  const seen: number[] = [];
  verification.onChange(({ seq }) => seen.push(seq));
  const last = await verification.finished();
  clearTimeout(timer);
  expect(seen).toEqual(seen.toSorted((one, other) => one - other));
  expect(await verification.refresh()).toEqual(last);
  verification.close();
  return last.status;
}

describe('the client', () => {
  it('ends with the object of /status although its sockets die at random moments', async () => {
    const statuses = [await play(0)];
    for (let from = 1; from < 9; from += 4) {
      const next = [from, from + 1, from + 2, from + 3];
      statuses.push(...(await Promise.all(next.map(play))));
    }
    expect(new Set(statuses)).toContain('completed');
    expect(new Set(statuses)).toContain('user_rejected');
  });

  it('starts one verification, however often start and resume are repeated', async () => {
    const items = new Map<string, string>();
    const store = {
      getItem: (key: string) => items.get(key) ?? null,
      setItem: (key: string, value: string) => void items.set(key, value),
      removeItem: (key: string) => void items.delete(key),
    };
    const request = { phoneNumber: phoneNumber('8') };
    const first = await createClient({ apiUrl: api, store }).start(request);
    const again = await createClient({ apiUrl: api, store }).start(request);
    const resumed = await createClient({ apiUrl: api, store }).resume(request);
    expect([again.requestId, resumed?.requestId]).toEqual([first.requestId, first.requestId]);
    expect((await resumed?.cancel())?.status).toBe('cancelled');
    expect((await first.finished()).status).toBe('cancelled');
    for (const verification of [first, again, resumed]) verification?.close();
  });
});
