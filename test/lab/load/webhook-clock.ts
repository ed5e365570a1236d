/** Times between a webhook that left Vonage and the push that it caused, from the simulator's journal. */

import { z } from 'zod';
import type { Endpoints } from '../../../infra/local/endpoints.ts';
import type { VerificationObject } from '../../../shared/contract/verification-object.ts';
import { send } from './http.ts';
import type { Tally } from './tally.ts';

export interface WebhookClock {
  readonly pushed: (verification: VerificationObject) => void;
  /** Reads the journal up to now; call it often enough that nothing is forgotten there. */
  readonly read: () => Promise<void>;
  /** Starts that Vonage accepted, as far as the journal was read. */
  readonly startsAtVonage: () => number;
}

const journal = z.array(
  z.object({
    number: z.number(),
    at: z.string(),
    operation: z.string(),
    request_id: z.string().nullable(),
    status: z.number().nullable(),
    attempt: z.number().optional(),
    body: z.object({ channel: z.string().optional(), status: z.string().optional() }).nullish(),
  }),
);
type Entry = z.infer<typeof journal>[number];

const ENDS: readonly unknown[] = ['failed', 'user_rejected'];

export function createWebhookClock(endpoints: Endpoints, tally: Tally): WebhookClock {
  const sentAtMs = new Map<string, number>();
  const pushedAtMs = new Map<string, number>();
  let since = 0;
  let starts = 0;
  /** One after another: two at once would count the same entries twice. */
  let reading = Promise.resolve();

  function match(key: string): void {
    const sent = sentAtMs.get(key);
    const pushed = pushedAtMs.get(key);
    if (sent === undefined || pushed === undefined) return;
    sentAtMs.delete(key);
    pushedAtMs.delete(key);
    if (pushed >= sent) tally.measure('webhook_to_push', pushed - sent);
  }

  function note(times: Map<string, number>, key: string, atMs: number): void {
    if (!times.has(key)) times.set(key, atMs);
    match(key);
  }

  function take(entry: Entry): void {
    since = Math.max(since, entry.number);
    if (entry.operation === 'start' && entry.status === 202) starts += 1;
    const { request_id: id, body, attempt } = entry;
    if (entry.operation !== 'webhook' || id === null || attempt !== 1) return;
    if (body?.channel !== 'silent_auth') return;
    const isEnd = ENDS.includes(body.status);
    if (isEnd || body.status === 'action_pending') {
      note(sentAtMs, `${id} ${isEnd ? 'end' : 'action'}`, Date.parse(entry.at));
    }
  }

  async function readOn(): Promise<void> {
    const reply = await send('GET', `${endpoints.vonage}/_local/calls?since=${since}`);
    for (const entry of journal.parse(JSON.parse(reply.text))) take(entry);
  }

  return {
    pushed({ request_id: id, channel, action, workflow: [first] }) {
      if (channel === 'silent_auth' && action) note(pushedAtMs, `${id} action`, Date.now());
      const isOwn = first?.reason === 'no_mobile_data'; // the app's own doing, pushed without a webhook
      if (ENDS.includes(first?.status) && !isOwn) note(pushedAtMs, `${id} end`, Date.now());
    },
    read() {
      reading = reading.catch(() => {}).then(readOn);
      return reading;
    },
    startsAtVonage: () => starts,
  };
}
