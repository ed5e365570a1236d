/** Wiring of `message`. */

import { initialize } from '../../shared/dependencies/initialize.ts';
import { buildMessageNeeds } from '../../shared/dependencies/needs/message.ts';
import { createMessageHandler } from './handler.ts';

const { needs, early } = buildMessageNeeds();

export const handler = createMessageHandler(needs);
await initialize(early);
