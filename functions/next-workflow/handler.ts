/**
 * `POST /next-workflow`: 200 with the verification after channel `from` was skipped, or unchanged
 * when that channel no longer runs; 409 when no channel is left.
 */

import { toClientInfo } from '../../shared/contract/client-info.ts';
import { nextWorkflowBodySchema } from '../../shared/contract/requests.ts';
import { toSkipRequest } from '../../shared/contract/to-skip-request.ts';
import { toVerificationObject } from '../../shared/contract/to-verification-object.ts';
import { asOwner, clientToken } from '../../shared/lambda/bearer.ts';
import { type HttpRequest, httpHandler, type LambdaHandler } from '../../shared/lambda/handler.ts';
import { parseOptionalBody } from '../../shared/lambda/json-body.ts';
import type { TokenNeeds } from '../../shared/lambda/needs.ts';
import { type SkipChannelNeeds, skipChannel } from '../../shared/usecases/skip-channel.ts';

export type NextWorkflowHandlerNeeds = SkipChannelNeeds & TokenNeeds;

export function createNextWorkflowHandler(
  needs: NextWorkflowHandlerNeeds,
): LambdaHandler<HttpRequest> {
  const { telemetry, budget, parseToken } = needs;
  return httpHandler(telemetry, async (event) => {
    const lastCallAtMs = budget();
    const token = clientToken(event.headers.authorization, parseToken);
    const body = parseOptionalBody(nextWorkflowBodySchema, event);
    telemetry.annotate(toClientInfo(body.client));
    const request = toSkipRequest(body);
    const verification = await asOwner(token, telemetry, () =>
      skipChannel(token, request, needs, lastCallAtMs),
    );
    return { status: 200, body: { verification: toVerificationObject(verification) } };
  });
}
