/** The real handlers. Their modules build real clients while they load, which nobody ever uses here. */

import { ENV, type FunctionName } from '../../../../shared/config.ts';
import type {
  HttpRequest,
  LambdaHandler,
  WebSocketRequest,
} from '../../../../shared/lambda/handler.ts';
import type { InstanceNeeds } from './needs.ts';

process.env.AWS_REGION ??= 'eu-central-1';
process.env[ENV.websocketManagementUrl] ??= 'https://socket.example/v1';

const [start, checkCode, webhook, nextWorkflow, cancel, status, proof, connect, message] =
  await Promise.all([
    import('../../../../functions/start/handler.ts'),
    import('../../../../functions/check-code/handler.ts'),
    import('../../../../functions/webhook/handler.ts'),
    import('../../../../functions/next-workflow/handler.ts'),
    import('../../../../functions/cancel/handler.ts'),
    import('../../../../functions/status/handler.ts'),
    import('../../../../functions/proof/handler.ts'),
    import('../../../../functions/connect/handler.ts'),
    import('../../../../functions/message/handler.ts'),
  ]);

/** Those that take part; `contracts` says the same to everybody. */
export type SimulatedFunction = Exclude<FunctionName, 'contracts'>;

type Handler = LambdaHandler<HttpRequest & WebSocketRequest>;

export const CREATE: Readonly<Record<SimulatedFunction, (needs: InstanceNeeds) => Handler>> = {
  start: start.createHandler,
  'check-code': checkCode.createHandler,
  webhook: webhook.createHandler,
  'next-workflow': nextWorkflow.createHandler,
  cancel: cancel.createHandler,
  status: status.createHandler,
  proof: proof.createHandler,
  connect: connect.createHandler,
  message: message.createHandler,
};
