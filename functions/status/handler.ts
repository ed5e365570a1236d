/** `GET /status`: 200 with the verification as it is now; 401 without its client token. */

import { toVerificationObject } from '../../shared/contract/to-verification-object.ts';
import { asOwner, clientToken } from '../../shared/lambda/bearer.ts';
import { type HttpRequest, httpHandler, type LambdaHandler } from '../../shared/lambda/handler.ts';
import type { TokenNeeds } from '../../shared/lambda/needs.ts';
import type { PublishNeeds } from '../../shared/usecases/publish-change.ts';
import { readStatus } from '../../shared/usecases/read-status.ts';

export type StatusHandlerNeeds = PublishNeeds & TokenNeeds;

export function createStatusHandler(needs: StatusHandlerNeeds): LambdaHandler<HttpRequest> {
  const { telemetry, parseToken } = needs;
  return httpHandler(telemetry, async ({ headers }) => {
    const token = clientToken(headers.authorization, parseToken);
    const verification = await asOwner(token, telemetry, () => readStatus(token, needs));
    return { status: 200, body: { verification: toVerificationObject(verification) } };
  });
}
