/**
 * `POST /check-code`: 200 with the verification, 202 while Vonage's answer is unknown; 400 for a
 * wrong code, 409 when the `request_id` is another's or no code is expected, 410 after the end.
 */

import { checkCodeBodySchema } from '../../shared/contract/requests.ts';
import { toVerificationObject } from '../../shared/contract/to-verification-object.ts';
import { asOwner, clientToken } from '../../shared/lambda/bearer.ts';
import { type HttpRequest, httpHandler, type LambdaHandler } from '../../shared/lambda/handler.ts';
import { parseBody } from '../../shared/lambda/json-body.ts';
import type { TokenNeeds } from '../../shared/lambda/needs.ts';
import { type CheckCodeNeeds, checkCode } from '../../shared/usecases/check-code.ts';

export type CheckCodeHandlerNeeds = CheckCodeNeeds & TokenNeeds;

export function createCheckCodeHandler(needs: CheckCodeHandlerNeeds): LambdaHandler<HttpRequest> {
  const { telemetry, budget, parseToken } = needs;
  return httpHandler(telemetry, async (event) => {
    const lastCallAtMs = budget();
    const token = clientToken(event.headers.authorization, parseToken);
    const { request_id: requestId, code } = parseBody(checkCodeBodySchema, event);
    const verification = await asOwner(token, telemetry, () =>
      checkCode(token, { requestId, code }, needs, lastCallAtMs),
    );
    return {
      status: verification.status === 'checking' ? 202 : 200,
      body: { verification: toVerificationObject(verification) },
    };
  });
}
