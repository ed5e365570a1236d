/**
 * The oracle: checks one recorded history against docs/security.md#invariants and knows nothing of
 * the code.
 */

import type { Ending } from '../ending.ts';
import type { World } from '../world.ts';
import { checkAnswers } from './answers.ts';
import { checkCalls } from './calls.ts';
import { checkCompletion } from './completion.ts';
import { checkEnding } from './ending.ts';
import { checkLogBounds } from './log-bounds.ts';
import { checkProofKeys } from './proof-keys.ts';
import { checkProofRefusals } from './proof-refusals.ts';
import { checkProofs } from './proofs.ts';
import { checkRefusals } from './refusals.ts';
import { checkSecrecy } from './secrecy.ts';
import { checkSharedCodes } from './shared-codes.ts';
import { checkStarts } from './starts.ts';
import { checkViews } from './views.ts';
import type { Check, Violation } from './violation.ts';
import { checkWebhooks } from './webhooks.ts';

const CHECKS: readonly Check[] = [
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

export function judge(world: World, ending: Ending): readonly Violation[] {
  const violations: Violation[] = [];
  for (const check of CHECKS) {
    check(
      world,
      (invariant, message, where) => violations.push({ invariant, message, ...where }),
      ending,
    );
  }
  return violations;
}
