/**
 * Ends a verification after its deadline by an event, because time alone never makes a status
 * final.
 */

import { isOverdue } from '../domain/facts.ts';
import { type PublishNeeds, publishChange } from './publish-change.ts';
import { type Recorded, record } from './recorded.ts';

/**
 * Appends `deadline` and publishes it. A verification that is not overdue is returned unchanged.
 */
export async function expireIfOverdue(recorded: Recorded, needs: PublishNeeds): Promise<Recorded> {
  const { entry, folded, atMs } = recorded;
  if (!isOverdue(folded.facts, atMs)) return recorded;
  const expired = await record(needs, entry.requestId, { type: 'deadline', atMs });
  if (expired.outcome === 'appended') await publishChange(expired, needs);
  return expired;
}
