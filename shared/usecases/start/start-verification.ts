/** Starts a verification. Everything that can be refused is refused before money is spent. */

import { Problem } from '../../domain/errors.ts';
import { makeWay } from '../make-way.ts';
import { claimStart, countCaller } from './claim-start.ts';
import { planStart, withoutChannels } from './plan-start.ts';
import { recordStart } from './record-start.ts';
import { replayStart } from './replay-start.ts';
import { requestVerification } from './request-verification.ts';
import type { StartContext, StartNeeds } from './start-context.ts';
import type { StartedVerification } from './started-verification.ts';

/**
 * Starts a verification, or answers a repeat of a start with the same idempotency key. The steps of
 * docs/architecture.md#paths: count the caller; claim key, number and counters together; ask
 * Vonage; append `started`. A step that refuses gives back the claims of the steps before it.
 */
export async function startVerification(
  { request, caller, budget }: Pick<StartContext, 'request' | 'caller' | 'budget'>,
  needs: StartNeeds,
): Promise<StartedVerification> {
  try {
    const planned = planStart(request, needs);
    const [switchedOff = []] = await Promise.all([
      needs.channelSwitch?.switchedOff(),
      countCaller(caller, needs),
    ]);
    const plan = withoutChannels(planned, switchedOff);
    const context: StartContext = { request, caller, budget, plan, needs };
    const claimed = await claimStart(context);
    if (claimed.outcome === 'replay') return await replayStart(claimed, context);
    if (claimed.previous) await makeWay(claimed.previous, needs, budget);
    const created = await requestVerification(claimed, context);
    return await recordStart(created, claimed, context);
  } catch (error) {
    if (error instanceof Problem) {
      needs.telemetry.measure({ name: 'StartRefused', dimensions: { reason: error.code } });
    }
    throw error;
  }
}
