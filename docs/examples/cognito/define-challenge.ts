/** What comes next in a sign-in: the one challenge, the tokens, or the end. */

import type { DefineAuthChallengeTriggerEvent } from 'aws-lambda';

const CHALLENGE = 'CUSTOM_CHALLENGE';
type Session = DefineAuthChallengeTriggerEvent['request']['session'];

/**
 * One challenge and one answer: a proof is right or wrong, and a second try would need another nonce.
 * An unknown user is asked like any other and fails at the end.
 */
export function defineChallenge(
  event: DefineAuthChallengeTriggerEvent,
): DefineAuthChallengeTriggerEvent {
  const { session, userNotFound } = event.request;
  const [answered, ...more] = withoutSrp(session);
  const isProven =
    answered?.challengeName === CHALLENGE && answered.challengeResult && more.length === 0;
  const issueTokens = isProven === true && userNotFound !== true;
  const response = { issueTokens, failAuthentication: answered !== undefined && !issueTokens };
  return {
    ...event,
    response: answered === undefined ? { ...response, challengeName: CHALLENGE } : response,
  };
}

/** Clients that start with `SRP_A`, as Amplify does by default, have a first entry that asks nothing. */
function withoutSrp(session: Session): Session {
  return session[0]?.challengeName === 'SRP_A' ? session.slice(1) : session;
}
