/**
 * `$default` of the WebSocket API: answers `subscribe` with a snapshot, `ping` with a pong, and any
 * other message with an error that quotes nothing of it.
 */

import { messageSchema } from '../../shared/contract/requests.ts';
import { toVerificationObject } from '../../shared/contract/to-verification-object.ts';
import { asOwner, known } from '../../shared/lambda/bearer.ts';
import {
  type LambdaHandler,
  type WebSocketRequest,
  webSocketHandler,
} from '../../shared/lambda/handler.ts';
import { connectionOf, errorMessage, parseMessage } from '../../shared/lambda/message.ts';
import type { TokenNeeds } from '../../shared/lambda/needs.ts';
import type { PublishNeeds } from '../../shared/usecases/publish-change.ts';
import { subscribe } from '../../shared/usecases/subscribe.ts';

export type MessageHandlerNeeds = PublishNeeds & TokenNeeds;

export function createMessageHandler(needs: MessageHandlerNeeds): LambdaHandler<WebSocketRequest> {
  const { telemetry, parseToken } = needs;
  return webSocketHandler(
    telemetry,
    async (event) => {
      const message = parseMessage(messageSchema, event.body);
      if (message.action === 'ping') return { status: 200, body: { type: 'pong' } };
      const token = known(parseToken(message.client_token));
      const verification = await asOwner(token, telemetry, () =>
        subscribe(token, connectionOf(event), needs),
      );
      return {
        status: 200,
        body: { type: 'snapshot', verification: toVerificationObject(verification) },
      };
    },
    errorMessage,
  );
}
