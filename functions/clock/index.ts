/** Wiring of `clock`. */

import { initialize } from '../../shared/dependencies/initialize.ts';
import { buildClockNeeds } from '../../shared/dependencies/needs/clock.ts';
import { createClockHandler } from './handler.ts';

const { needs, early } = buildClockNeeds();

export const handler = createClockHandler(needs);
await initialize(early);
