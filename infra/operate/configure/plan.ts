/**
 * Computes the new content of each secret. Pure, so `--dry-run` shows exactly what would be done.
 */

import { CommandError } from '../../../shared/command/command-error.ts';
import type { SecretName } from '../deployment/deployment.ts';
import {
  createProofKey,
  faultOfPrivateKey,
  faultOfProofKey,
  faultOfSignatureSecret,
  publicKeyOf,
} from '../deployment/keys.ts';
import type { Fields } from '../deployment/secrets.ts';
import type { Wishes } from './wishes.ts';

/** The new fields of a secret, and one sentence per change. */
export interface Plan {
  readonly name: SecretName;
  readonly fields: Fields;
  readonly changes: readonly string[];
}

export interface Rotation {
  /** Creates a new proof key; the previous key stays published. */
  readonly rotateProofKey: boolean;
  /** Removes the previous keys. Use it when nothing is signed with them any more. */
  readonly dropPrevious: boolean;
}

/** @throws CommandError for values that the functions would not accept */
export function planSecrets(
  stored: Readonly<Record<SecretName, Fields>>,
  wishes: Wishes,
  rotation: Rotation,
): readonly Plan[] {
  return [
    planPrivateKey(stored.privateKey, wishes),
    planSignature(stored.signature, wishes, rotation),
    planProofKey(stored.proofKey, rotation),
  ];
}

function planPrivateKey(stored: Fields, { applicationId, privateKey }: Wishes): Plan {
  if (privateKey !== undefined) refuse(faultOfPrivateKey(privateKey));
  return plan('privateKey', stored, { application_id: applicationId, private_key: privateKey });
}

/** A replaced secret stays valid as the previous one, so webhooks under way are still accepted. */
function planSignature(
  stored: Fields,
  { applicationId, apiKey, signatureSecret }: Wishes,
  { dropPrevious }: Rotation,
): Plan {
  if (signatureSecret !== undefined) refuse(faultOfSignatureSecret(signatureSecret));
  const { signature_secret: before = '' } = stored;
  const isReplaced = signatureSecret !== undefined && before !== '' && before !== signatureSecret;
  return plan('signature', stored, {
    application_id: applicationId,
    api_key: apiKey,
    signature_secret: signatureSecret,
    previous_signature_secret: isReplaced ? before : dropPrevious ? '' : undefined,
  });
}

function planProofKey(stored: Fields, { rotateProofKey, dropPrevious }: Rotation): Plan {
  const { private_key: current = '' } = stored;
  const isUsable = faultOfProofKey(current) === undefined;
  if (isUsable && !rotateProofKey) {
    const dropped = dropPrevious ? '' : undefined;
    return plan('proofKey', stored, { previous_public_key: dropped, previous_kid: dropped });
  }
  // A `kid` in the secret belongs to the old key; without it, the `kid` is derived from the key.
  return plan('proofKey', stored, {
    private_key: createProofKey(),
    previous_public_key: isUsable ? publicKeyOf(current) : undefined,
    kid: stored.kid ? '' : undefined,
    previous_kid: isUsable ? (stored.kid ?? '') : undefined,
  });
}

function plan(
  name: SecretName,
  stored: Fields,
  wanted: Readonly<Record<string, string | undefined>>,
): Plan {
  const fields: Record<string, string> = { ...stored };
  const changes: string[] = [];
  for (const [field, value] of Object.entries(wanted)) {
    const before = stored[field] ?? '';
    if (value === undefined || value === before) continue;
    fields[field] = value;
    changes.push(`${field} ${value === '' ? 'removed' : before === '' ? 'set' : 'replaced'}`);
  }
  return { name, fields, changes };
}

function refuse(fault: string | undefined): void {
  if (fault !== undefined) throw new CommandError(fault);
}
