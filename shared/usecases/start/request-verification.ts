/** Has Vonage create the verification, or gives back what the start has claimed and refuses it. */

import { Problem } from '../../domain/errors.ts';
import { neutralLimit, providerUnavailable } from '../refusals.ts';
import { askVonage, type Created, type Requested } from './ask-vonage.ts';
import type { Claimed } from './claim-start.ts';
import { leaveUnresolved, release } from './give-back.ts';
import type { StartContext } from './start-context.ts';

/** Upper bound for another verification of this number that we do not know. */
const IN_FLIGHT_WAIT_MS = 30_000;

/** Throws the problem for the caller when Vonage did not create a verification. */
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
  await release(claimed, context);
  throw refusalOf(requested.outcome, context);
}

/** What throws was thrown before anything was sent. */
async function ask(claimed: Claimed, context: StartContext): Promise<Requested> {
  if (context.plan.workflow.length === 0) return { outcome: 'unavailable' };
  try {
    return await askVonage(claimed, context);
  } catch (error) {
    await release(claimed, context);
    throw error;
  }
}

function refusalOf(
  outcome: Exclude<Requested['outcome'], 'created' | 'unknown'>,
  { needs: { clock, telemetry } }: StartContext,
): Problem {
  switch (outcome) {
    case 'in_flight':
      telemetry.measure({ name: 'Limited', dimensions: { limit: 'phone_number' } });
      return neutralLimit(clock.now() + IN_FLIGHT_WAIT_MS, clock.now());
    case 'network_unsupported':
      return new Problem('network_unsupported', 'Vonage cannot try silent_auth on this network');
    case 'number_refused':
      return new Problem('phone_number_refused', 'Vonage refused the number');
    case 'unavailable':
      return providerUnavailable();
  }
}
