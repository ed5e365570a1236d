/** Wiring of `cancel`. */

import { initialize } from '../../shared/dependencies/initialize.ts';
import { buildCancelNeeds } from '../../shared/dependencies/needs/cancel.ts';
import { createCancelHandler } from './handler.ts';

const { needs, early } = buildCancelNeeds();

export const handler = createCancelHandler(needs);
await initialize(early);
