/**
 * Refuses at synth what Vonage or AWS would refuse at run time, and settings that would cost money
 * or trust unless they were chosen explicitly. Reports all faults at once.
 */

import { type Stage, shapeFaults } from './stage.ts';
import { abuseFaults } from './stage-rules/abuse.ts';
import { awsFaults } from './stage-rules/aws.ts';
import { trustFaults } from './stage-rules/trust.ts';
import { vonageFaults } from './stage-rules/vonage.ts';
import { workflowFaults } from './stage-rules/workflow.ts';

/** Returns the stage, or throws with one line for each fault. */
export function validateStage(stage: Stage): Stage {
  const wrongKinds = shapeFaults(stage);
  // The rules need values of the right types.
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
    ...workflowFaults(stage.workflow),
    ...abuseFaults(stage),
    ...trustFaults(stage),
    ...awsFaults(stage),
  ];
}
