/** Every mitigation of the threat model and every rule about faults, taken out one at a time. */

import type { Mutant } from './mutant.ts';
import { CLIENT_MUTANTS } from './mutants/clients.ts';
import { CODE_MUTANTS } from './mutants/codes.ts';
import { FLOW_MUTANTS } from './mutants/flows.ts';
import { INPUT_MUTANTS } from './mutants/inputs.ts';
import { LOG_MUTANTS } from './mutants/log.ts';
import { PROOF_MUTANTS } from './mutants/proofs.ts';
import { START_MUTANTS } from './mutants/starts.ts';
import { WEBHOOK_MUTANTS } from './mutants/webhooks.ts';

export const MUTANTS: readonly Mutant[] = [
  ...WEBHOOK_MUTANTS,
  ...CLIENT_MUTANTS,
  ...START_MUTANTS,
  ...CODE_MUTANTS,
  ...LOG_MUTANTS,
  ...PROOF_MUTANTS,
  ...INPUT_MUTANTS,
  ...FLOW_MUTANTS,
];
