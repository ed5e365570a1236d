/** Wiring of `webhook`. */

import { initialize } from '../../shared/dependencies/initialize.ts';
import { buildWebhookNeeds } from '../../shared/dependencies/needs/webhook.ts';
import { createWebhookExample, warmUp } from '../../shared/dependencies/warm-up.ts';
import { createWebhookHandler } from './handler.ts';

const { needs, early, warmUpNeeds } = buildWebhookNeeds();

export const handler = createWebhookHandler(needs);
await initialize(early, () => warmUp(createWebhookHandler(warmUpNeeds()), createWebhookExample()));
