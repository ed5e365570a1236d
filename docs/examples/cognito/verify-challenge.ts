/** The answer: a proof for this sign-in, of this user's number, not used before. */

import type { VerifyAuthChallengeResponseTriggerEvent } from 'aws-lambda';
import type { ProofClaims, VerifyProof } from './proof-verifier.ts';

export interface VerifyPorts {
  /** `undefined` for anything but a proof; rejects when the public keys cannot be read. */
  readonly verifyProof: VerifyProof;
  /** True for its first use only, even when two uses arrive at the same moment. */
  readonly spend: (jti: string) => Promise<boolean>;
}

export async function verifyChallenge(
  event: VerifyAuthChallengeResponseTriggerEvent,
  { verifyProof, spend }: VerifyPorts,
): Promise<VerifyAuthChallengeResponseTriggerEvent> {
  const claims = await verifyProof(event.request.challengeAnswer);
  const answerCorrect =
    claims !== undefined && isOfThisSignIn(claims, event) && (await spend(claims.jti));
  return { ...event, response: { answerCorrect } };
}

/** An e-mail proof names no number, so it signs nobody in. */
function isOfThisSignIn(
  { nonce, phoneNumber }: ProofClaims,
  { request }: VerifyAuthChallengeResponseTriggerEvent,
): boolean {
  const { privateChallengeParameters, userAttributes, userNotFound } = request;
  return (
    userNotFound !== true &&
    nonce === privateChallengeParameters.nonce &&
    phoneNumber !== undefined &&
    phoneNumber === userAttributes.phone_number &&
    userAttributes.phone_number_verified === 'true'
  );
}
