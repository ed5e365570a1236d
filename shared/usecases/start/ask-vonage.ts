/** Calls `POST /v2/verify`, at most three times per start, and resolves lost answers. */

import type { VerifyAnswer, VerifyRequest, Vonage } from '../../domain/ports/vonage.ts';
import type { Claimed } from './claimed.ts';
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

/** The original; one after a 412, one without the locale, one that reconciles a lost answer. */
const MAX_REQUESTS = 3;

/**
 * Asks Vonage. 412 with other channels left: once more without silent_auth. A locale that it refuses:
 * once more without any. A lost answer, or the take-over of a start that was lost: one reconciling request, whose 409 names what took effect.
 * Adopting that is safe: we hold the number's lock, no other start of it is live or has an unknown
 * outcome, and `started` joins no item that another client token owns.
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
    const workflow = silentAuthSkipped ? plan.requested.slice(1) : plan.requested;
    const answer = await ask({ ...options, workflow, clientRef }, isLost);
    if (answer.outcome === 'created') return { ...answer, silentAuthSkipped, isAdopted: false };
    if (answer.outcome === 'network_unsupported' && !silentAuthSkipped && workflow.length > 1) {
      silentAuthSkipped = true;
      isLost = false;
    } else if (answer.outcome === 'locale_refused' && options.locale !== undefined) {
      const { locale: _refused, ...others } = options;
      options = others;
      // Whatever of this try was lost had that locale too. A start that is taken over may not have had.
      isLost = isTakeover;
      isReconciled = isTakeover;
    } else if (answer.outcome === 'unknown' && !isReconciled) {
      isLost = true;
      isReconciled = true;
    } else {
      return isLost
        ? afterLoss(answer, silentAuthSkipped, mayAdopt && isOfNumber(workflow))
        : answer;
    }
  }
  return { outcome: 'unknown' };
}

/**
 * Vonage has one request in flight for each first address. Where that is an e-mail address, the one
 * in flight may be another number's, whose lock we do not hold.
 */
function isOfNumber([first]: VerifyRequest['workflow']): boolean {
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
