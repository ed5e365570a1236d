/**
 * The oracle: checks one recorded history against docs/security.md#invariants and knows nothing of
 * the code.
 */

import type { Ending } from '../ending.ts';
import type { World } from '../world.ts';
import { judgeAnswers } from './answers.ts';
import { judgeCalls } from './calls.ts';
import { judgeCompletion } from './completion.ts';
import { judgeEnding } from './ending.ts';
import { judgeLogBounds } from './log-bounds.ts';
import { judgeProofKeys } from './proof-keys.ts';
import { judgeProofRefusals } from './proof-refusals.ts';
import { judgeProofs } from './proofs.ts';
import { judgeRefusals } from './refusals.ts';
import { judgeSecrecy } from './secrecy.ts';
import { judgeSharedCodes } from './shared-codes.ts';
import { judgeStarts } from './starts.ts';
import { judgeViews } from './views.ts';
import type { Violation } from './violation.ts';
import { judgeWebhooks } from './webhooks.ts';

export function judge(world: World, ending: Ending): readonly Violation[] {
  return [
    ...judgeAnswers(world),
    ...judgeCompletion(world),
    ...judgeViews(world),
    ...judgeStarts(world),
    ...judgeCalls(world),
    ...judgeWebhooks(world),
    ...judgeProofs(world, ending),
    ...judgeProofRefusals(world),
    ...judgeProofKeys(world),
    ...judgeSharedCodes(world),
    ...judgeRefusals(world),
    ...judgeSecrecy(world),
    ...judgeEnding(world, ending),
    ...judgeLogBounds(world, ending),
  ];
}
