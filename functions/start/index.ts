/** Wiring of `start`. */

import { initialize } from '../../shared/dependencies/initialize.ts';
import { buildStartNeeds } from '../../shared/dependencies/needs/start.ts';
import { START_EXAMPLE, warmUp } from '../../shared/dependencies/warm-up.ts';
import { createStartHandler } from './handler.ts';

const { needs, early, warmUpNeeds } = buildStartNeeds();

export const handler = createStartHandler(needs);
await initialize(early, () => warmUp(createStartHandler(warmUpNeeds()), START_EXAMPLE));
