/**
 * `POST /webhook`: 204 once an authentic webhook is stored, or when its meaning is unknown; 401 for
 * a bad signature; 503 when Vonage must send it again, because it was unsigned or could not be
 * stored.
 */

import { MAX_WEBHOOK_BODY_BYTES } from '../../shared/config.ts';
import { type HttpRequest, httpHandler, type LambdaHandler } from '../../shared/lambda/handler.ts';
import type { HandlerNeeds } from '../../shared/lambda/needs.ts';
import { rawBody } from '../../shared/lambda/raw-body.ts';
import { acceptWebhook, type Webhooks } from '../../shared/usecases/accept-webhook.ts';
import type { PublishNeeds } from '../../shared/usecases/publish-change.ts';

export type WebhookHandlerNeeds = PublishNeeds &
  HandlerNeeds & {
    readonly webhooks: Webhooks;
  };

export function createWebhookHandler(needs: WebhookHandlerNeeds): LambdaHandler<HttpRequest> {
  const { telemetry } = needs;
  return httpHandler(telemetry, async (event) => {
    const body = rawBody(event, MAX_WEBHOOK_BODY_BYTES);
    const requestId = await acceptWebhook(
      { authorization: event.headers.authorization, body },
      needs,
    );
    telemetry.annotate({ request_id: requestId });
    return { status: 204 };
  });
}
