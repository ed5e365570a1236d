/** Checks that the secrets are set and well-formed. */

import type { SecretName } from '../deployment/deployment.ts';
import { faultOfPrivateKey, faultOfProofKey, faultOfSignatureSecret } from '../deployment/keys.ts';
import type { Fields } from '../deployment/secrets.ts';
import { check, type Finding } from './check.ts';

const REQUIRED: Readonly<Record<SecretName, readonly string[]>> = {
  privateKey: ['application_id', 'private_key'],
  signature: ['api_key', 'application_id', 'signature_secret'],
  proofKey: ['private_key'],
};

export type StoredSecrets = Readonly<Record<SecretName, Fields>>;

export async function checkSecrets(
  read: (name: SecretName) => Promise<Fields>,
): Promise<{ readonly findings: readonly Finding[]; readonly stored: StoredSecrets }> {
  const stored: Record<SecretName, Fields> = { privateKey: {}, signature: {}, proofKey: {} };
  const judge = async (
    name: SecretName,
    faultOf: (fields: Fields) => string | undefined,
  ): Promise<string | undefined> => {
    stored[name] = await read(name);
    const missing = REQUIRED[name].filter((field) => !stored[name][field]);
    if (missing.length > 0) return `not set: ${missing.join(', ')}; npm run configure`;
    return faultOf(stored[name]);
  };
  const findings = [
    await check('The private key is set', () =>
      judge('privateKey', (fields) => faultOfPrivateKey(fields.private_key ?? '')),
    ),
    await check('The signature secret is set', () =>
      judge('signature', (fields) => faultOfSignature(fields, stored.privateKey)),
    ),
    await check('The proof key is set', () =>
      judge('proofKey', (fields) => faultOfProofKey(fields.private_key ?? '')),
    ),
  ];
  return { findings, stored };
}

function faultOfSignature(signature: Fields, privateKey: Fields): string | undefined {
  if (signature.application_id !== privateKey.application_id) {
    return 'the private key and the signature secret name different applications';
  }
  return faultOfSignatureSecret(signature.signature_secret ?? '');
}
