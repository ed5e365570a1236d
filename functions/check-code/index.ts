/** Wiring of `check-code`. */

import { initialize } from '../../shared/dependencies/initialize.ts';
import { buildCheckCodeNeeds } from '../../shared/dependencies/needs/check-code.ts';
import { CHECK_CODE_EXAMPLE, warmUp } from '../../shared/dependencies/warm-up.ts';
import { createCheckCodeHandler } from './handler.ts';

const { needs, early, warmUpNeeds } = buildCheckCodeNeeds();

export const handler = createCheckCodeHandler(needs);
await initialize(early, () => warmUp(createCheckCodeHandler(warmUpNeeds()), CHECK_CODE_EXAMPLE));
