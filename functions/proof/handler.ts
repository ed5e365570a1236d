/**
 * `POST /proof`: 200 with a signed proof for your backend, for 10 minutes after `completed`;
 * 422 for anything that is not proven, 410 later.
 * `GET /.well-known/jwks.json`: 200 with the public keys that verify proofs, for anybody.
 */

import { proofBodySchema } from '../../shared/contract/requests.ts';
import type { ProofSigner } from '../../shared/domain/ports/proof-signer.ts';
import { asOwner, clientToken } from '../../shared/lambda/bearer.ts';
import { type HttpRequest, httpHandler, type LambdaHandler } from '../../shared/lambda/handler.ts';
import type { HttpAnswer } from '../../shared/lambda/http-answer.ts';
import { parseOptionalBody } from '../../shared/lambda/json-body.ts';
import type { TokenNeeds } from '../../shared/lambda/needs.ts';
import { type IssueProofNeeds, issueProof } from '../../shared/usecases/issue-proof.ts';

export type ProofHandlerNeeds = IssueProofNeeds & TokenNeeds & { readonly signer: ProofSigner };

export function createProofHandler(needs: ProofHandlerNeeds): LambdaHandler<HttpRequest> {
  return httpHandler(needs.telemetry, (event) =>
    event.routeKey === 'GET /.well-known/jwks.json' ? publicKeys(needs) : proof(event, needs),
  );
}

async function publicKeys({ signer }: ProofHandlerNeeds): Promise<HttpAnswer> {
  const headers = { 'cache-control': 'public, max-age=300' };
  return { status: 200, headers, body: { keys: await signer.publicKeys() } };
}

async function proof(event: HttpRequest, needs: ProofHandlerNeeds): Promise<HttpAnswer> {
  const token = clientToken(event.headers.authorization, needs.parseToken);
  const { phone_number: phoneNumber, email } = parseOptionalBody(proofBodySchema, event);
  const request = { ...(phoneNumber && { phoneNumber }), ...(email && { email }) };
  const issued = await asOwner(token, needs.telemetry, () => issueProof(token, request, needs));
  const expiresAt = new Date(issued.expiresAtMs).toISOString();
  return { status: 200, body: { proof: issued.proof, expires_at: expiresAt } };
}
