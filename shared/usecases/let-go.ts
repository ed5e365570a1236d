/** Lets go of a request at Vonage after we have ended its verification. */

import { dueLetGo, type Occasion } from '../domain/letting-go.ts';
import type { Budget } from '../domain/ports/clock.ts';
import type { VerificationLog } from '../domain/ports/verification-log.ts';
import type { Vonage } from '../domain/ports/vonage.ts';
import type { Recorded } from './recorded.ts';

export interface LetGoNeeds {
  readonly log: VerificationLog;
  readonly vonage: Pick<Vonage, 'cancel'>;
}

/** `not_needed`: Vonage has ended the request already, or this occasion was used. */
export type LetGoOutcome = 'taken' | 'refused' | 'lost' | 'not_needed';

/**
 * Best effort, never throws. Writes `let_go:<n>` first, so that only one of several functions sends
 * the DELETE, and a verification causes at most three. If Vonage refuses it, the clock and the next
 * start of the number try again.
 */
export async function letGo(
  { entry: { requestId }, folded, atMs }: Recorded,
  occasion: Occasion,
  { log, vonage }: LetGoNeeds,
  budget: Budget,
): Promise<LetGoOutcome> {
  const n = dueLetGo(folded.facts, occasion, atMs);
  if (n === undefined) return 'not_needed';
  const event = { type: 'let_go', atMs, n } as const;
  const appended = await log.append(requestId, event).catch(() => undefined);
  if (appended === undefined) return 'lost';
  if (appended.outcome !== 'appended') return 'not_needed';
  return OUTCOMES[await vonage.cancel(requestId, budget)];
}

/** Vonage answers 404 for an ended request, and before 30 s for one that it does not cancel yet. */
const OUTCOMES = {
  cancelled: 'taken',
  not_found: 'refused',
  refused: 'refused',
  unknown: 'lost',
} as const satisfies Record<Awaited<ReturnType<Vonage['cancel']>>, LetGoOutcome>;
