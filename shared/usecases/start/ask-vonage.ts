/** Calls `POST /v2/verify`, at most three times per start, and resolves lost answers. */

import type { VerifyAnswer, VerifyRequest, Vonage } from '../../domain/ports/vonage.ts';
import type { Claimed } from './claimed.ts';
import type { StartPlan } from './plan-start.ts';
import type { StartContext } from './start-context.ts';

export interface Created {
  readonly outcome: 'created';
  readonly requestId: string;
  readonly checkUrl?: string;
  /** The request was repeated without silent_auth, because Vonage had refused that channel. */
  readonly silentAuthSkipped: boolean;
  /** Vonage's answer was lost: a check_url can only arrive by webhook. */
  readonly isAdopted: boolean;
}

export type Requested = Created | Exclude<VerifyAnswer, { outcome: 'created' }>;

/**
 * The most requests for one start: the original, and two of those after a 412, after a refused
 * locale and after a lost answer.
 */
const MAX_REQUESTS = 3;

/**
 * Asks Vonage, and asks again in three cases. After a 412 with other channels left: without
 * silent_auth. After a refused locale: without a locale. After a lost answer, or for a start that
 * takes over a lost one: a reconciling request, whose 409 names the request in flight. Adopting
 * that request is safe, because this start holds the number's lock, no other start of the number is
 * live or unresolved, and `started` cannot be appended to an item that another client token owns.
 */
export async function askVonage(
  { start: { clientRef }, isTakeover, mayAdopt }: Claimed,
  {
    plan,
    budget,
    needs: { vonage },
  }: Pick<StartContext, 'plan' | 'budget'> & {
    readonly needs: { readonly vonage: Pick<Vonage, 'verify'> };
  },
): Promise<Requested> {
  /** Throws only before anything was sent; after a lost answer the outcome stays unknown. */
  const ask = async (request: VerifyRequest, wasLost: boolean): Promise<VerifyAnswer> => {
    try {
      return await vonage.verify(request, budget);
    } catch (error) {
      if (wasLost) return { outcome: 'unknown' };
      throw error;
    }
  };
  let silentAuthSkipped = false;
  let { options } = plan;
  let isLost = isTakeover;
  let isReconciled = isTakeover;
  for (let requests = 0; requests < MAX_REQUESTS; requests += 1) {
    const workflow = requestedFrom(plan, silentAuthSkipped);
    const answer = await ask({ ...options, workflow, clientRef }, isLost);
    if (answer.outcome === 'created') return { ...answer, silentAuthSkipped, isAdopted: false };
    if (answer.outcome === 'network_unsupported' && !silentAuthSkipped && workflow.length > 1) {
      silentAuthSkipped = true;
      isLost &&= isTakeover;
    } else if (answer.outcome === 'locale_refused' && options.locale !== undefined) {
      const { locale: _refused, ...others } = options;
      options = others;
      // A lost request of this try had the refused locale too; that of a lost start may not.
      isLost = isTakeover;
      isReconciled = isTakeover;
    } else if (answer.outcome === 'unknown' && !isReconciled) {
      isLost = true;
      isReconciled = true;
    } else {
      // A 409 after a 412 of a takeover may name the request of either.
      const isAdoptable = mayAdopt && isOfNumber(workflow) && !(isTakeover && silentAuthSkipped);
      return isLost ? afterLoss(answer, silentAuthSkipped, isAdoptable) : answer;
    }
  }
  return { outcome: 'unknown' };
}

/** What Vonage was or is asked for: after a 412 all channels but the first, silent_auth. */
export function requestedFrom(
  { requested }: StartPlan,
  silentAuthSkipped: boolean,
): StartPlan['requested'] {
  return silentAuthSkipped ? requested.slice(1) : requested;
}

/**
 * Vonage allows one request in flight for each first address. If that is an e-mail address, the
 * request in flight may belong to another number, whose lock this start does not hold.
 */
export function isOfNumber([first]: VerifyRequest['workflow']): boolean {
  return first?.channel !== 'email';
}

/** The outcome of the lost request, from the answer to the reconciling request. */
function afterLoss(
  answer: Exclude<VerifyAnswer, { outcome: 'created' }>,
  silentAuthSkipped: boolean,
  mayAdopt: boolean,
): Requested {
  if (answer.outcome === 'in_flight' && answer.requestId !== undefined && mayAdopt) {
    const { requestId } = answer;
    return { outcome: 'created', requestId, silentAuthSkipped, isAdopted: true };
  }
  const certain = ['number_refused', 'email_refused', 'network_unsupported'];
  return certain.includes(answer.outcome) ? answer : { outcome: 'unknown' };
}
