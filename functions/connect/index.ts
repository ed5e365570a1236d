/** Wiring of `connect`. */

import { initialize } from '../../shared/dependencies/initialize.ts';
import { buildConnectNeeds } from '../../shared/dependencies/needs/connect.ts';
import { createConnectHandler } from './handler.ts';

const { needs, early } = buildConnectNeeds();

export const handler = createConnectHandler(needs);
await initialize(early);
