/** Wiring of `next-workflow`. */

import { initialize } from '../../shared/dependencies/initialize.ts';
import { buildNextWorkflowNeeds } from '../../shared/dependencies/needs/next-workflow.ts';
import { createNextWorkflowHandler } from './handler.ts';

const { needs, early } = buildNextWorkflowNeeds();

export const handler = createNextWorkflowHandler(needs);
await initialize(early);
