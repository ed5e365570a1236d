/**
 * `$connect` of the WebSocket API: 200 with the subprotocol, if it was offered; 403 for a foreign
 * `Origin`, 401 for a bad client token. It reads once and writes nothing.
 */

import type { VerificationLog } from '../../shared/domain/ports/verification-log.ts';
import { asOwner, known } from '../../shared/lambda/bearer.ts';
import {
  type LambdaHandler,
  type WebSocketRequest,
  webSocketHandler,
} from '../../shared/lambda/handler.ts';
import { offer, refusal } from '../../shared/lambda/handshake.ts';
import type { TokenNeeds } from '../../shared/lambda/needs.ts';
import { isAllowedOrigin } from '../../shared/lambda/origin.ts';
import { authorizeConnection } from '../../shared/usecases/authorize-connection.ts';

export type ConnectHandlerNeeds = TokenNeeds & {
  readonly log: VerificationLog;
  readonly allowedOrigins: readonly string[];
};

export function createConnectHandler(needs: ConnectHandlerNeeds): LambdaHandler<WebSocketRequest> {
  const { telemetry, parseToken, allowedOrigins } = needs;
  return webSocketHandler(
    telemetry,
    async (event) => {
      if (!isAllowedOrigin(event, allowedOrigins)) return { status: 403 };
      const { clientToken, headers } = offer(event);
      const token = known(parseToken(clientToken));
      await asOwner(token, telemetry, () => authorizeConnection(token, needs));
      return { status: 200, headers };
    },
    refusal,
  );
}
