/** Publishes what an append changed: to the app's sockets, the metrics and your own systems. */

import { endsNow, measureChange } from './measure-change.ts';
import { type NotifyNeeds, notifyOfEnd, notifyOfEndAgain } from './notify-of-end.ts';
import { type PushNeeds, pushToSockets } from './push-to-sockets.ts';
import type { Recorded } from './recorded.ts';

export type PublishNeeds = PushNeeds & NotifyNeeds;

/**
 * Safe to repeat. A failed push does not undo the write: the client's next request returns the
 * change.
 */
export async function publishChange(recorded: Recorded, needs: PublishNeeds): Promise<void> {
  const { folded } = recorded;
  if (!folded.changed) return notifyOfEndAgain(recorded, needs);
  measureChange(folded, needs.telemetry);
  await Promise.all([
    pushToSockets(recorded, needs),
    endsNow(folded) ? notifyOfEnd(recorded, needs) : notifyOfEndAgain(recorded, needs),
  ]);
}
