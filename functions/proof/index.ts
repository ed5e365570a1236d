/** Wiring of `proof`. */

import { initialize } from '../../shared/dependencies/initialize.ts';
import { buildProofNeeds } from '../../shared/dependencies/needs/proof.ts';
import { createProofHandler } from './handler.ts';

const { needs, early } = buildProofNeeds();

export const handler = createProofHandler(needs);
await initialize(early);
