/** `POST /cancel`: 200 with the verification, `cancelled` unless it had ended before. */

import { toVerificationObject } from '../../shared/contract/to-verification-object.ts';
import { codeNeeds, prime } from '../../shared/dependencies/dependencies.ts';
import { clientToken } from '../../shared/lambda/bearer.ts';
import { type HttpRequest, httpHandler, type LambdaHandler } from '../../shared/lambda/handler.ts';
import type { TokenNeeds } from '../../shared/lambda/needs.ts';
import { type CancelNeeds, cancelVerification } from '../../shared/usecases/cancel-verification.ts';

export type Needs = CancelNeeds & TokenNeeds;

export function createHandler(needs: Needs): LambdaHandler<HttpRequest> {
  const { telemetry, budget, parseToken } = needs;
  return httpHandler(telemetry, async ({ headers }) => {
    const lastCallAtMs = budget();
    const token = clientToken(headers.authorization, parseToken, telemetry);
    const verification = await cancelVerification(token, needs, lastCallAtMs);
    return { status: 200, body: { verification: toVerificationObject(verification) } };
  });
}

export const handler = createHandler(codeNeeds());
await prime();
