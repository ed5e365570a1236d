/** `POST /cancel`: 200 with the verification, `cancelled` unless it had ended before. */

import { toVerificationObject } from '../../shared/contract/to-verification-object.ts';
import { asOwner, clientToken } from '../../shared/lambda/bearer.ts';
import { type HttpRequest, httpHandler, type LambdaHandler } from '../../shared/lambda/handler.ts';
import type { TokenNeeds } from '../../shared/lambda/needs.ts';
import { cancelVerification } from '../../shared/usecases/cancel-verification.ts';
import type { PublishEndNeeds } from '../../shared/usecases/publish-end.ts';

export type CancelHandlerNeeds = PublishEndNeeds & TokenNeeds;

export function createCancelHandler(needs: CancelHandlerNeeds): LambdaHandler<HttpRequest> {
  const { telemetry, budget, parseToken } = needs;
  return httpHandler(telemetry, async ({ headers }) => {
    const lastCallAtMs = budget();
    const token = clientToken(headers.authorization, parseToken);
    const verification = await asOwner(token, telemetry, () =>
      cancelVerification(token, needs, lastCallAtMs),
    );
    return { status: 200, body: { verification: toVerificationObject(verification) } };
  });
}
