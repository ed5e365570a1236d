/**
 * The three triggers of Cognito's custom authentication, told apart by `triggerSource`: a user signs
 * in with a proof of silent authentication instead of a password.
 */

import { randomBytes } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type {
  CreateAuthChallengeTriggerEvent,
  DefineAuthChallengeTriggerEvent,
  VerifyAuthChallengeResponseTriggerEvent,
} from 'aws-lambda';
import { createChallenge } from './create-challenge.ts';
import { defineChallenge } from './define-challenge.ts';
import { createProofVerifier } from './proof-verifier.ts';
import { createSpend } from './spent-proofs.ts';
import { VARIABLES } from './variables.ts';
import { type VerifyPorts, verifyChallenge } from './verify-challenge.ts';

export type TriggerEvent =
  | DefineAuthChallengeTriggerEvent
  | CreateAuthChallengeTriggerEvent
  | VerifyAuthChallengeResponseTriggerEvent;

export interface TriggerPorts extends VerifyPorts {
  /** 32 characters of `[A-Za-z0-9_-]`. */
  readonly nonce: () => string;
}

export function createTrigger(ports: TriggerPorts): (event: TriggerEvent) => Promise<TriggerEvent> {
  return async (event) => {
    switch (event.triggerSource) {
      case 'DefineAuthChallenge_Authentication':
        return defineChallenge(event);
      case 'CreateAuthChallenge_Authentication':
        return createChallenge(event, ports.nonce());
      case 'VerifyAuthChallengeResponse_Authentication':
        return verifyChallenge(event, ports);
      default:
        throw new Error('a trigger that this function is not for');
    }
  };
}

/** Both tries and the read of the keys fit into Cognito's 5 s. */
const DYNAMODB_TRIES = {
  maxAttempts: 2,
  requestHandler: { connectionTimeout: 1000, requestTimeout: 1000, throwOnRequestTimeout: true },
};

function environmentPorts(): TriggerPorts {
  const read = (name: string): string => process.env[name] ?? '';
  const spend = createSpend({
    client: new DynamoDBClient({ region: read('AWS_REGION'), ...DYNAMODB_TRIES }),
    table: read(VARIABLES.spentProofsTable),
  });
  return {
    verifyProof: createProofVerifier({
      issuer: read(VARIABLES.issuer),
      audience: read(VARIABLES.audience),
    }),
    spend: (jti) => spend(jti, Date.now()),
    nonce: () => randomBytes(24).toString('base64url'),
  };
}

export const handler = createTrigger(environmentPorts());
