/** Wiring of `contracts`. */

import { buildContractsNeeds } from '../../shared/dependencies/needs/contracts.ts';
import { createContractsHandler } from './handler.ts';

export const handler = createContractsHandler(buildContractsNeeds().needs);
