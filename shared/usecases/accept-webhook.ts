/** A webhook of Vonage, whose signature and form are known to be right. */

import { hasLiveAttempt } from '../domain/attempts.ts';
import { isSameFact, type ProviderEvent, type Report } from '../domain/events.ts';
import type { Entry } from '../domain/ports.ts';
import { fold, hadEffect } from '../domain/verification.ts';
import { type AnnouncePorts, announce, notifyOfEnd, push, settle } from './announce.ts';

/**
 * Records what Vonage reported and tells the app. Safe to repeat: a redelivery repeats the push and
 * nothing else, which heals a crash between write and push. It may come before `start` has stored
 * anything; then it creates the item and nobody can see it yet.
 */
export async function acceptWebhook(
  { requestId, event, priceEuros }: Report,
  ports: AnnouncePorts,
): Promise<'recorded' | 'repeated' | 'ignored'> {
  const { log, telemetry } = ports;
  const appended = await log.append(requestId, event);
  if (appended.outcome === 'unauthorized') return 'ignored';
  const { entry } = appended;
  const started = entry.events.some(({ type }) => type === 'started');
  if (appended.outcome === 'full') return 'ignored';

  if (appended.outcome === 'repeated') {
    telemetry.measure({ name: 'WebhookDuplicate' });
    if (started) await pushAgain(entry, event, ports);
    return 'repeated';
  }
  telemetry.measure({ name: 'WebhookAccepted' });
  if (priceEuros !== undefined) {
    telemetry.measure({ name: 'VerificationPrice', euros: priceEuros });
  }
  if (!started) return 'recorded';
  measureOddities(entry, event, ports);
  await announce(entry, ports);
  await settle(entry, ports);
  return 'recorded';
}

async function pushAgain(entry: Entry, event: ProviderEvent, ports: AnnouncePorts): Promise<void> {
  const folded = fold(entry.requestId, entry.events, ports.clock.now());
  const index = entry.events.findIndex((known) => isSameFact(known, event));
  if (!folded || (index >= 0 && !hadEffect(entry.requestId, entry.events, index))) return;
  await push(entry, folded.verification, ports);
  await notifyOfEnd(entry, folded.verification, ports);
}

/** What an honest Vonage and an honest app never cause: somebody should look. */
function measureOddities(
  { requestId, events }: Entry,
  event: ProviderEvent,
  { clock, telemetry }: AnnouncePorts,
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
