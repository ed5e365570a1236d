/** Secrets Manager, what Vonage knows of the same secrets, and the rotation of both. */

import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { BASE64URL, type Prng } from './prng.ts';
import { FIRST_PROOF_KEY, SECOND_PROOF_KEY } from './proof-keys.ts';
import type { Waiting, Wire } from './wire.ts';

export const SECRET_IDS = {
  privateKey: 'private-key',
  signature: 'signature',
  keys: 'keys',
  proofKey: 'proof-key',
} as const;

export const API_KEY = 'abcd1234';
export const APPLICATION_ID = 'aaaaaaaa-bbbb-4ccc-8ddd-0123456789ab';

type Secret = Readonly<Record<string, string>>;

export interface SimulatedSecrets {
  readonly clientFor: (who: Waiting) => SecretsManagerClient;
  readonly read: (secretId: string) => Secret;
  /** The secret that Vonage signs with now. */
  readonly signatureSecret: () => string;
  /** Whether Vonage takes a JWT made with this private key. */
  readonly isAccepted: (privateKey: string) => boolean;
  /** Our side learns the new signature secret, and still accepts the old one. */
  readonly prepareRotation: () => void;
  /** Vonage signs with the new one. */
  readonly finishRotation: () => void;
  readonly rotateTokenKey: () => void;
  readonly rotatePrivateKey: () => void;
  readonly rotateProofKey: () => void;
}

export function createSecrets(wire: Wire, prng: Prng): SimulatedSecrets {
  const make = (): string => prng.text(BASE64URL, 43);
  let signing = make();
  let privateKey = `private-${make()}`;
  const secrets = new Map<string, Secret>([
    [SECRET_IDS.privateKey, { application_id: APPLICATION_ID, private_key: privateKey }],
    [
      SECRET_IDS.signature,
      { api_key: API_KEY, application_id: APPLICATION_ID, signature_secret: signing },
    ],
    [SECRET_IDS.keys, { guard_key: make(), token_key: make(), identity_key: make() }],
    [SECRET_IDS.proofKey, { private_key: FIRST_PROOF_KEY.privateKey, kid: FIRST_PROOF_KEY.kid }],
  ]);
  const read = (secretId: string): Secret => secrets.get(secretId) ?? {};

  return {
    read,
    clientFor: (who) => {
      const send = async (command: unknown): Promise<{ readonly SecretString: string }> => {
        if (!(command instanceof GetSecretValueCommand)) throw new Error('not a read of a secret');
        const secretId = command.input.SecretId ?? '';
        const answer = await wire.exchange(who, {
          to: 'secrets',
          timeoutMs: 3000,
          effect: () => JSON.stringify(read(secretId)),
        });
        if (answer.outcome !== 'answered') throw new Error('Secrets Manager did not answer');
        return { SecretString: answer.value };
      };
      return Object.create(SecretsManagerClient.prototype, { send: { value: send } });
    },
    signatureSecret: () => signing,
    isAccepted: (key) => key === privateKey,
    prepareRotation: () => {
      secrets.set(SECRET_IDS.signature, {
        ...read(SECRET_IDS.signature),
        signature_secret: make(),
        previous_signature_secret: signing,
      });
    },
    finishRotation: () => {
      signing = read(SECRET_IDS.signature).signature_secret ?? signing;
    },
    rotateTokenKey: () => {
      const keys = read(SECRET_IDS.keys);
      secrets.set(SECRET_IDS.keys, {
        ...keys,
        token_key: make(),
        previous_token_key: keys.token_key ?? '',
      });
    },
    rotatePrivateKey: () => {
      privateKey = `private-${make()}`;
      secrets.set(SECRET_IDS.privateKey, {
        application_id: APPLICATION_ID,
        private_key: privateKey,
      });
    },
    rotateProofKey: () => {
      secrets.set(SECRET_IDS.proofKey, {
        private_key: SECOND_PROOF_KEY.privateKey,
        kid: SECOND_PROOF_KEY.kid,
        previous_public_key: FIRST_PROOF_KEY.publicKey,
        previous_kid: FIRST_PROOF_KEY.kid,
      });
    },
  };
}
