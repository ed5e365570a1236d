/** Subscribes a socket to a verification. */

import type { ClientToken, Connection, Entry } from '../domain/ports/verification-log.ts';
import type { Verification } from '../domain/verification.ts';
import { expireIfOverdue } from './expire-if-overdue.ts';
import { notifyOfEndAgain } from './notify-of-end.ts';
import type { PublishNeeds } from './publish-change.ts';
import { toRecorded } from './recorded.ts';
import { unauthorized } from './refusals.ts';

/** Evictions that one subscribe may need when several race for the last place. */
const MAX_EVICTIONS = 5;

/**
 * Registers the connection and reads the verification in one write, so that no transition is lost
 * in between. A new connection is never refused; the oldest one is closed instead. Safe to repeat:
 * a connection that was removed by mistake is registered again.
 */
export async function subscribe(
  token: ClientToken,
  connection: Connection,
  needs: PublishNeeds,
): Promise<Verification> {
  const registered = toRecorded(await register(token, connection, needs), needs.clock.now());
  const current = await expireIfOverdue(registered, needs);
  await notifyOfEndAgain(current, needs);
  return current.folded.verification;
}

async function register(
  token: ClientToken,
  connection: Connection,
  { log, pusher }: PublishNeeds,
): Promise<Entry> {
  for (let evictions = 0; ; evictions += 1) {
    const subscribed = await log.subscribe(token, connection);
    if (!subscribed) throw unauthorized();
    if (subscribed.outcome === 'subscribed') return subscribed.entry;
    const oldest = subscribed.entry.connections.toSorted(byConnectedAt)[0];
    if (oldest === undefined || evictions === MAX_EVICTIONS) return subscribed.entry;
    await log.forget(token.requestId, oldest);
    await pusher.close(oldest);
  }
}

function byConnectedAt(one: Connection, other: Connection): number {
  return Number.parseInt(one, 10) - Number.parseInt(other, 10);
}
