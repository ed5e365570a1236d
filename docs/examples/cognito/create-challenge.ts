/** The challenge: a nonce that the proof must carry. */

import type { CreateAuthChallengeTriggerEvent } from 'aws-lambda';

/** `nonce` goes to `/start` as it is: 16–128 characters of `[A-Za-z0-9_-]`, not to be guessed. */
export function createChallenge(
  event: CreateAuthChallengeTriggerEvent,
  nonce: string,
): CreateAuthChallengeTriggerEvent {
  return {
    ...event,
    response: {
      publicChallengeParameters: { nonce },
      privateChallengeParameters: { nonce },
      challengeMetadata: 'SILENT_AUTH_PROOF',
    },
  };
}
