/** Ends an overdue verification in its log, and measures that end; the caller publishes it. */

import type { Telemetry } from '../domain/ports/telemetry.ts';
import type { VerificationLog } from '../domain/ports/verification-log.ts';
import { measureChange } from './measure-change.ts';
import { type Recorded, record, type Written } from './recorded.ts';

export interface DeadlineNeeds {
  readonly log: VerificationLog;
  readonly telemetry: Telemetry;
}

/** Of several functions, one appends the event and measures it; the others read it. */
export async function appendDeadline(
  { entry, atMs }: Pick<Recorded, 'entry' | 'atMs'>,
  needs: DeadlineNeeds,
): Promise<Written> {
  const expired = await record(needs, entry.requestId, { type: 'deadline', atMs });
  if (expired.outcome === 'appended') measureChange(expired.folded, needs.telemetry);
  return expired;
}
