/** Wiring of `status`. */

import { initialize } from '../../shared/dependencies/initialize.ts';
import { buildStatusNeeds } from '../../shared/dependencies/needs/status.ts';
import { createStatusHandler } from './handler.ts';

const { needs, early } = buildStatusNeeds();

export const handler = createStatusHandler(needs);
await initialize(early);
