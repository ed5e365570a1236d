/** The real handlers. */

import { createCancelHandler } from '../../../../functions/cancel/handler.ts';
import { createCheckCodeHandler } from '../../../../functions/check-code/handler.ts';
import { createConnectHandler } from '../../../../functions/connect/handler.ts';
import { createMessageHandler } from '../../../../functions/message/handler.ts';
import { createNextWorkflowHandler } from '../../../../functions/next-workflow/handler.ts';
import { createProofHandler } from '../../../../functions/proof/handler.ts';
import { createStartHandler } from '../../../../functions/start/handler.ts';
import { createStatusHandler } from '../../../../functions/status/handler.ts';
import { createWebhookHandler } from '../../../../functions/webhook/handler.ts';
import type { FunctionName } from '../../../../shared/config.ts';
import type {
  HttpRequest,
  LambdaHandler,
  WebSocketRequest,
} from '../../../../shared/lambda/handler.ts';
import type { InstanceNeeds } from './needs.ts';

/** Those that take part; `contracts` says the same to everybody. */
export type SimulatedFunction = Exclude<FunctionName, 'contracts' | 'clock'>;

type Handler = LambdaHandler<HttpRequest & WebSocketRequest>;

export const CREATE: Readonly<Record<SimulatedFunction, (needs: InstanceNeeds) => Handler>> = {
  start: createStartHandler,
  'check-code': createCheckCodeHandler,
  webhook: createWebhookHandler,
  'next-workflow': createNextWorkflowHandler,
  cancel: createCancelHandler,
  status: createStatusHandler,
  proof: createProofHandler,
  connect: createConnectHandler,
  message: createMessageHandler,
};
