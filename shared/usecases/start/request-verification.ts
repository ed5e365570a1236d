/** Creates the verification at Vonage, or gives the claims back and refuses the start. */

import { Problem } from '../../domain/errors.ts';
import { neutralLimit, providerUnavailable } from '../refusals.ts';
import { askVonage, type Created, type Requested } from './ask-vonage.ts';
import type { Claimed } from './claimed.ts';
import { leaveUnresolved, release, releaseAndGiveBack } from './give-back.ts';
import type { StartContext } from './start-context.ts';

/** Throws the start's problem when Vonage did not create a verification. */
export async function requestVerification(
  claimed: Claimed,
  context: StartContext,
): Promise<Created> {
  const requested = await ask(claimed, context);
  if (requested.outcome === 'created') return requested;
  if (requested.outcome === 'unknown') {
    await leaveUnresolved(claimed, context);
    throw providerUnavailable();
  }
  // For a 409 the counts are given back: this request started nothing. Every other POST counts.
  const undo = requested.outcome === 'in_flight' ? releaseAndGiveBack : release;
  await undo(claimed, context);
  throw refusalOf(requested.outcome, context);
}

/** Errors are thrown only before anything was sent. */
async function ask(claimed: Claimed, context: StartContext): Promise<Requested> {
  try {
    if (context.plan.workflow.length === 0) throw providerUnavailable();
    return await askVonage(claimed, context);
  } catch (error) {
    await releaseAndGiveBack(claimed, context);
    throw error;
  }
}

function refusalOf(
  outcome: Exclude<Requested['outcome'], 'created' | 'unknown'>,
  { needs: { telemetry } }: StartContext,
): Problem {
  switch (outcome) {
    case 'in_flight':
      telemetry.measure({ name: 'Limited', dimensions: { limit: 'phone_number' } });
      return neutralLimit();
    case 'network_unsupported':
      return new Problem('network_unsupported', 'Vonage cannot try silent_auth on this network');
    case 'number_refused':
      return new Problem('phone_number_refused', 'Vonage refused the number');
    case 'email_refused':
      return new Problem('request_invalid', 'Vonage refused the e-mail address', {
        errors: [{ field: 'email', reason: 'is an address that mail cannot be sent to' }],
      });
    case 'locale_refused':
    case 'misconfigured':
    case 'unavailable':
      return providerUnavailable();
  }
}
