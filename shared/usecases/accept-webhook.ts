/** A webhook of Vonage: verified, understood, recorded, pushed. */

import { hasLiveAttempt } from '../domain/attempts.ts';
import type { ProviderEvent, Report } from '../domain/events.ts';
import { isSameFact } from '../domain/fact-keys.ts';
import { fold, hadEffect } from '../domain/fold.ts';
import type { Entry } from '../domain/ports/verification-log.ts';
import { announce, notifyOfEnd, type PublishNeeds, push, settle } from './announce.ts';

/** What came over the wire, its bytes untouched. */
export interface RawWebhook {
  readonly authorization: string | undefined;
  readonly body: Uint8Array;
}

/** The two steps before anything is believed: who sent it, and what it says. */
export interface Webhooks {
  /** Throws `signature_invalid`, or `dependency_unavailable` when it must come again, signed. */
  readonly verify: (webhook: RawWebhook) => Promise<void>;
  /** Throws `request_invalid` for what is no JSON at all. */
  readonly parse: (body: Uint8Array, atMs: number) => Report | 'unintelligible' | 'test';
}

export type AcceptWebhookNeeds = PublishNeeds & { readonly webhooks: Webhooks };

/** Believes a webhook only after its signature; answers whose it was, if it was understood. */
export async function acceptWebhook(
  webhook: RawWebhook,
  ports: AcceptWebhookNeeds,
): Promise<string | undefined> {
  await ports.webhooks.verify(webhook);
  const report = ports.webhooks.parse(webhook.body, ports.clock.now());
  if (report === 'test') return undefined;
  if (report === 'unintelligible') {
    ports.telemetry.measure({ name: 'WebhookUnintelligible' });
    return undefined;
  }
  await record(report, ports);
  return report.requestId;
}

/**
 * Records what Vonage reported and tells the app. Safe to repeat: a redelivery repeats the push and
 * nothing else, which heals a crash between write and push. It may come before `start` has stored
 * anything; then it creates the item and nobody can see it yet.
 */
async function record(
  { requestId, event, priceEuros }: Report,
  ports: PublishNeeds,
): Promise<void> {
  const { log, telemetry } = ports;
  const appended = await log.append(requestId, event);
  if (appended.outcome === 'unauthorized' || appended.outcome === 'full') return;
  const { entry } = appended;
  const started = entry.events.some(({ type }) => type === 'started');

  if (appended.outcome === 'repeated') {
    telemetry.measure({ name: 'WebhookDuplicate' });
    if (started) await pushAgain(entry, event, ports);
    return;
  }
  telemetry.measure({ name: 'WebhookAccepted' });
  if (priceEuros !== undefined) {
    telemetry.measure({ name: 'VerificationPrice', euros: priceEuros });
  }
  if (!started) return;
  measureOddities(entry, event, ports);
  await announce(entry, ports);
  await settle(entry, ports);
}

async function pushAgain(entry: Entry, event: ProviderEvent, ports: PublishNeeds): Promise<void> {
  const folded = fold(entry.requestId, entry.events, ports.clock.now());
  if (!folded) return;
  const index = entry.events.findIndex((known) => isSameFact(known, event));
  const isVisible = index < 0 || hadEffect(entry.requestId, entry.events, index);
  await Promise.all([
    isVisible && push(entry, folded.verification, ports),
    notifyOfEnd(entry, folded.verification, ports),
  ]);
}

/** What an honest Vonage and an honest app never cause: somebody should look. */
function measureOddities(
  { requestId, events }: Entry,
  event: ProviderEvent,
  { clock, telemetry }: PublishNeeds,
): void {
  const facts = fold(requestId, events, clock.now())?.facts;
  if (!facts) return;
  const claimsCompletion =
    (event.type === 'channel_ended' && event.outcome === 'completed') ||
    (event.type === 'summarized' && event.status === 'completed');
  if (claimsCompletion && !hasLiveAttempt(facts)) {
    telemetry.measure({ name: 'CompletedWithoutCheck' });
  }
  if (event.type === 'channel_ended' && !facts.started.workflow.includes(event.channel)) {
    telemetry.measure({ name: 'WebhookUnintelligible' });
  }
}
