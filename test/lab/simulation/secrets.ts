/** Secrets Manager, what Vonage knows of the same secrets, and the rotation of both. */

import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { BASE64URL } from '../../fixtures/prng.ts';
import { newProofKey, xOf } from '../../fixtures/proofs.ts';
import { API_KEY, APPLICATION_ID } from '../../fixtures/webhook-tokens.ts';
import type { Connected, Waiting } from './wire.ts';

export const SECRET_IDS = {
  privateKey: 'private-key',
  signature: 'signature',
  keys: 'keys',
  proofKey: 'proof-key',
} as const;

const FIRST_PROOF_KEY = createProofKey('first');
export const SECOND_PROOF_KEY = createProofKey('second');
export const PROOF_KEYS = [FIRST_PROOF_KEY, SECOND_PROOF_KEY];

type Secret = Readonly<Record<string, string>>;

export type SimulatedSecrets = ReturnType<typeof createSecrets>;

export function createSecrets({ wire, prng }: Connected) {
  const make = (): string => prng.text(BASE64URL, 43);
  let signing = make();
  let accepted = `private-${make()}`;
  const application = { application_id: APPLICATION_ID };
  const { privateKey, signature, keys, proofKey } = SECRET_IDS;
  const secrets = new Map<string, Secret>([
    [privateKey, { ...application, private_key: accepted }],
    [signature, { ...application, api_key: API_KEY, signature_secret: signing }],
    [keys, { guard_key: make(), token_key: make(), identity_key: make() }],
    [proofKey, { private_key: FIRST_PROOF_KEY.privateKey, kid: FIRST_PROOF_KEY.kid }],
  ]);
  const read = (secretId: string): Secret => secrets.get(secretId) ?? {};
  const change = (secretId: string, members: Secret): void =>
    void secrets.set(secretId, { ...read(secretId), ...members });

  return {
    read,
    clientFor: (who: Waiting): SecretsManagerClient => {
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
    /** The secret that Vonage signs with now. */
    signatureSecret: () => signing,
    /** Whether Vonage takes a JWT made with this private key. */
    isAccepted: (key: string) => key === accepted,
    /** Our side learns the new signature secret, and still accepts the old one. */
    prepareRotation: () =>
      change(signature, { signature_secret: make(), previous_signature_secret: signing }),
    /** Vonage signs with the new one. */
    finishRotation: () => {
      signing = read(signature).signature_secret ?? signing;
    },
    rotateTokenKey: () =>
      change(keys, { token_key: make(), previous_token_key: read(keys).token_key ?? '' }),
    rotatePrivateKey: () => {
      accepted = `private-${make()}`;
      change(privateKey, { private_key: accepted });
    },
    rotateProofKey: () =>
      change(proofKey, {
        private_key: SECOND_PROOF_KEY.privateKey,
        kid: SECOND_PROOF_KEY.kid,
        previous_public_key: FIRST_PROOF_KEY.publicKey,
        previous_kid: FIRST_PROOF_KEY.kid,
      }),
  };
}

/** `x`: the coordinate that tells one key from another. */
function createProofKey(kid: string) {
  const key = newProofKey();
  return { kid, ...key, x: xOf(key.publicKey) };
}
