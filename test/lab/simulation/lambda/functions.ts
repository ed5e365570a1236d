/** The real handlers. */

import type {
  APIGatewayProxyStructuredResultV2,
  Context,
  SQSBatchResponse,
  SQSEvent,
} from 'aws-lambda';
import { createCancelHandler } from '../../../../functions/cancel/handler.ts';
import { createCheckCodeHandler } from '../../../../functions/check-code/handler.ts';
import { createClockHandler } from '../../../../functions/clock/handler.ts';
import { createConnectHandler } from '../../../../functions/connect/handler.ts';
import { createMessageHandler } from '../../../../functions/message/handler.ts';
import { createNextWorkflowHandler } from '../../../../functions/next-workflow/handler.ts';
import { createProofHandler } from '../../../../functions/proof/handler.ts';
import { createStartHandler } from '../../../../functions/start/handler.ts';
import { createStatusHandler } from '../../../../functions/status/handler.ts';
import { createWebhookHandler } from '../../../../functions/webhook/handler.ts';
import type { FunctionName } from '../../../../shared/config.ts';
import type { HttpRequest, WebSocketRequest } from '../../../../shared/lambda/handler.ts';
import type { InstanceNeeds } from './needs.ts';

/** `contracts` takes no part: it answers everybody the same. */
export type SimulatedFunction = Exclude<FunctionName, 'contracts'>;

type Handler = (
  event: HttpRequest & WebSocketRequest & SQSEvent,
  context: Context,
) => Promise<APIGatewayProxyStructuredResultV2 | SQSBatchResponse>;

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
  clock: createClockHandler,
};
