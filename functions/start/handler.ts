/**
 * `POST /start`: 202 with `request_id`, `client_token` and the verification, also for a repeat with
 * the same idempotency key; 400, 409, 422, 429 or 503 before any money is spent. 404, as for an
 * unknown route, when the stage allows CloudFront only and the request came another way; 403 for a
 * web page of a foreign origin, where the gateway cannot refuse it.
 */

import { toClientInfo } from '../../shared/contract/client-info.ts';
import { startBodySchema } from '../../shared/contract/requests.ts';
import { toStartRequest } from '../../shared/contract/to-start-request.ts';
import { toVerificationObject } from '../../shared/contract/to-verification-object.ts';
import { callerOf } from '../../shared/lambda/caller.ts';
import { type HttpRequest, httpHandler, type LambdaHandler } from '../../shared/lambda/handler.ts';
import { parseBody } from '../../shared/lambda/json-body.ts';
import type { HandlerNeeds } from '../../shared/lambda/needs.ts';
import { isAllowedOrigin } from '../../shared/lambda/origin.ts';
import type { StartNeeds } from '../../shared/usecases/start/start-context.ts';
import { startVerification } from '../../shared/usecases/start/start-verification.ts';

export type StartHandlerNeeds = StartNeeds &
  HandlerNeeds & {
    readonly websocketUrl: string;
    /** @default none: clients call API Gateway directly */
    readonly edge?: {
      readonly isFromEdge: (headers: HttpRequest['headers']) => Promise<boolean>;
      readonly isOnlyWay: boolean;
    };
    /** @default none: the gateway refuses pages of foreign origins */
    readonly allowedOrigins?: readonly string[];
  };

const NO_ROUTE = { status: 404, body: { message: 'Not Found' } };
const FOREIGN_PAGE = { status: 403, body: { message: 'Forbidden' } };

export function createStartHandler(needs: StartHandlerNeeds): LambdaHandler<HttpRequest> {
  const { telemetry, budget, websocketUrl, edge, allowedOrigins } = needs;
  return httpHandler(telemetry, async (event) => {
    const lastCallAtMs = budget();
    const isFromEdge = await edge?.isFromEdge(event.headers);
    if (edge?.isOnlyWay && !isFromEdge) return NO_ROUTE;
    if (allowedOrigins && !isAllowedOrigin(event, allowedOrigins)) return FOREIGN_PAGE;
    const body = parseBody(startBodySchema, event);
    telemetry.annotate(toClientInfo(body.client));
    const request = toStartRequest(body, event.headers['idempotency-key']);
    const caller = callerOf(event, isFromEdge);
    const { clientToken, verification, country } = await startVerification(
      { request, caller, budget: lastCallAtMs },
      needs,
    );
    telemetry.annotate({ request_id: verification.requestId, country });
    return {
      status: 202,
      body: {
        request_id: verification.requestId,
        client_token: clientToken,
        websocket_url: websocketUrl,
        verification: toVerificationObject(verification),
      },
    };
  });
}
