/**
 * Refuses at synth what Vonage or AWS would refuse at run time, or what would cost money or trust
 * without anybody having decided so. All faults are told at once.
 */

import type { Stage } from './stage.ts';
import { abuseFaults } from './stage-rules/abuse.ts';
import { awsFaults } from './stage-rules/aws.ts';
import { shapeFaults } from './stage-rules/shape.ts';
import { trustFaults } from './stage-rules/trust.ts';
import { vonageFaults } from './stage-rules/vonage.ts';
import { workflowFaults } from './stage-rules/workflow.ts';

/** Returns the stage, or throws with one line for each fault. */
export function validateStage(stage: Stage): Stage {
  const wrongKinds = shapeFaults(stage);
  // What is of the wrong kind cannot be judged any further.
  const faults = wrongKinds.length > 0 ? wrongKinds : valueFaults(stage);
  if (faults.length > 0) {
    const list = faults.map((fault) => `\n  - ${fault}`).join('');
    throw new Error(`stage ${stage.name} cannot be deployed:${list}`);
  }
  return stage;
}

function valueFaults(stage: Stage): readonly string[] {
  return [
    ...vonageFaults(stage),
    ...workflowFaults(stage.workflow, stage.fallback),
    ...abuseFaults(stage),
    ...trustFaults(stage),
    ...awsFaults(stage),
  ];
}
