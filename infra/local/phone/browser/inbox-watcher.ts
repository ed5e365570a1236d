/** Polls the simulator for the messages of one verification. */

import { pause } from './pace.ts';
import type { InboxMessage, PageApi } from './page-api.ts';
import type { Story } from './story.ts';

const POLL_MS = 350;

export interface InboxWatcherNeeds {
  readonly api: Pick<PageApi, 'readInbox'>;
  readonly onMessage: (message: InboxMessage) => void;
  /** Ends the watch. */
  readonly signal: AbortSignal;
}

/** Reports each message once, the oldest first. */
export async function watchInbox(
  { phoneNumber, email }: Story,
  requestId: string,
  { api, onMessage, signal }: InboxWatcherNeeds,
): Promise<void> {
  const shown = new Set<string>();
  const addresses = [phoneNumber, ...(email === '' ? [] : [email])];
  while (!signal.aborted) {
    const found = await Promise.all(addresses.map((to) => api.readInbox(to).catch(() => [])));
    if (signal.aborted) return;
    for (const message of found.flat().toReversed()) {
      const key = `${message.channel} ${message.at}`;
      if (message.request_id !== requestId || shown.has(key)) continue;
      shown.add(key);
      onMessage(message);
    }
    await pause(POLL_MS, signal).catch(() => undefined);
  }
}
