/** Accepts a webhook of Vonage: verifies, parses, records and publishes it. */

import { hasLiveAttempt } from '../domain/attempts.ts';
import type { ProviderEvent, Report } from '../domain/events.ts';
import { isSameFact } from '../domain/fact-keys.ts';
import type { Facts } from '../domain/facts.ts';
import { fold } from '../domain/fold.ts';
import type { Telemetry } from '../domain/ports/telemetry.ts';
import { expireIfOverdue } from './expire-if-overdue.ts';
import { notifyOfEndAgain } from './notify-of-end.ts';
import { type PublishNeeds, publishChange } from './publish-change.ts';
import { pushToSockets } from './push-to-sockets.ts';
import type { Recorded } from './recorded.ts';

/** The received request with its unchanged bytes. */
export interface RawWebhook {
  readonly authorization: string | undefined;
  readonly body: Uint8Array;
}

/** The two checks before a webhook is trusted: signature and content. */
export interface Webhooks {
  /**
   * Throws `signature_invalid`, or `dependency_unavailable` when Vonage must send the webhook
   * again, signed.
   */
  readonly verify: (webhook: RawWebhook) => Promise<void>;
  /** Throws `request_invalid` for a body that is not JSON. */
  readonly parse: (body: Uint8Array, atMs: number) => Report | 'unintelligible' | 'test';
}

export type AcceptWebhookNeeds = PublishNeeds & { readonly webhooks: Webhooks };

/** Accepts a webhook only with a valid signature; returns its request_id if it was understood. */
export async function acceptWebhook(
  webhook: RawWebhook,
  needs: AcceptWebhookNeeds,
): Promise<string | undefined> {
  await needs.webhooks.verify(webhook);
  const report = needs.webhooks.parse(webhook.body, needs.clock.now());
  if (report === 'test') return undefined;
  if (report === 'unintelligible') {
    needs.telemetry.measure({ name: 'WebhookUnintelligible' });
    return undefined;
  }
  await recordReport(report, needs);
  return report.requestId;
}

/**
 * Records what Vonage reported and pushes it to the app. Safe to repeat: a redelivery only repeats
 * the push, which repairs a crash between write and push. A webhook may arrive before `start` has
 * stored anything; then it creates the item, which no client can see yet.
 */
async function recordReport(
  { requestId, event, priceEuros, blocked = [] }: Report,
  needs: PublishNeeds,
): Promise<void> {
  const { log, telemetry } = needs;
  const appended = await log.append(requestId, event);
  if (appended.outcome === 'unauthorized' || appended.outcome === 'full') return;
  const { entry, outcome } = appended;
  const folded = fold(requestId, entry.events, event.atMs);
  const recorded = folded && { entry, folded, atMs: event.atMs };

  if (outcome === 'repeated') {
    telemetry.measure({ name: 'WebhookDuplicate' });
    if (recorded) await publishAgain(recorded, event, needs);
    return;
  }
  telemetry.measure({ name: 'WebhookAccepted' });
  if (priceEuros !== undefined) {
    telemetry.measure({ name: 'VerificationPrice', euros: priceEuros });
  }
  for (const { channel, network } of blocked) {
    telemetry.measure({
      name: 'Blocked',
      dimensions: { channel },
      ...(network !== undefined && { details: { network } }),
    });
  }
  if (!recorded) return;
  measureOddities(recorded.folded.facts, event, telemetry);
  await publishChange(recorded, needs);
  await expireIfOverdue(recorded, needs);
}

async function publishAgain(
  recorded: Recorded,
  event: ProviderEvent,
  needs: PublishNeeds,
): Promise<void> {
  const index = recorded.entry.events.findIndex((known) => isSameFact(known, event));
  await Promise.all([
    recorded.folded.effects[index] === false ? undefined : pushToSockets(recorded, needs),
    notifyOfEndAgain(recorded, needs),
  ]);
}

/** These cases do not occur in normal operation, so an alarm shows them to operators. */
function measureOddities(facts: Facts, event: ProviderEvent, telemetry: Telemetry): void {
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
