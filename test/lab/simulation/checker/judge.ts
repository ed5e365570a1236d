/**
 * The oracle: checks one recorded history against docs/security.md#invariants and knows nothing of
 * the code.
 */

import type { FinalLook } from '../ending.ts';
import type { World } from '../world.ts';
import { checkAnswers, checkWebhooks } from './answers.ts';
import { checkCalls, checkLogBounds } from './calls.ts';
import { checkCompletion, checkSharedCodes } from './completion.ts';
import { checkEnding } from './ending.ts';
import type { Report, Violation } from './objects.ts';
import { checkProofKeys, checkProofRefusals, checkProofs } from './proofs.ts';
import { checkSecrecy } from './secrecy.ts';
import { checkRefusals, checkStarts } from './starts.ts';
import { checkViews } from './views.ts';

/** Each reads what one run left behind and reports what may not be. */
const CHECKS: readonly ((world: World, report: Report, looks: readonly FinalLook[]) => void)[] = [
  checkAnswers,
  checkCompletion,
  checkViews,
  checkStarts,
  checkCalls,
  checkWebhooks,
  checkProofs,
  checkProofRefusals,
  checkProofKeys,
  checkSharedCodes,
  checkRefusals,
  checkSecrecy,
  checkEnding,
  checkLogBounds,
];

export function judge(world: World, looks: readonly FinalLook[]): readonly Violation[] {
  const violations: Violation[] = [];
  const report: Report = (invariant, message, where) =>
    violations.push({ invariant, message, ...where });
  for (const check of CHECKS) check(world, report, looks);
  return violations;
}
