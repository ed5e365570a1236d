/** Sends a verification to every socket that subscribed to it. */

import type { Pusher } from '../domain/ports/pusher.ts';
import type { Telemetry } from '../domain/ports/telemetry.ts';
import type { VerificationLog } from '../domain/ports/verification-log.ts';
import type { Recorded } from './recorded.ts';

export interface PushNeeds {
  readonly log: VerificationLog;
  readonly pusher: Pusher;
  readonly telemetry: Telemetry;
}

/**
 * Removes closed connections. Never fails: after a lost push the client's next request returns the
 * change.
 */
export async function pushToSockets(
  { entry, folded }: Recorded,
  { log, pusher, telemetry }: PushNeeds,
): Promise<void> {
  if (entry.connections.length === 0) return;
  const results = await pusher.push(entry.connections, folded.verification);
  for (const { outcome } of results) telemetry.measure({ name: PUSH_METRICS[outcome] });
  const gone = results.filter(({ outcome }) => outcome === 'gone');
  await Promise.allSettled(gone.map(({ connection }) => log.forget(entry.requestId, connection)));
}

const PUSH_METRICS = {
  delivered: 'PushDelivered',
  gone: 'PushGone',
  failed: 'PushFailed',
} as const;
