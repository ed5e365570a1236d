/**
 * The stack's identity at Vonage and the first content of its secrets. It is created once and
 * stored in the stack's folder, readable by its owner only. The secrets may be rotated later; this
 * file keeps what the simulated Vonage knows.
 */
import { generateKeyPairSync, type KeyObject, randomBytes, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';

const identity = z.object({
  applicationId: z.string(),
  applicationPrivateKey: z.string(),
  applicationPublicKey: z.string(),
  apiKey: z.string(),
  signatureSecret: z.string(),
  /** Absent in folders of older versions; then a new one is created at every start. */
  accountApiSecret: z.string().default(createApiSecret),
  guardKey: z.string(),
  tokenKey: z.string(),
  identityKey: z.string(),
  proofPrivateKey: z.string(),
  proofKeyId: z.string(),
});
export type LocalIdentity = z.infer<typeof identity>;

/** Reads the file, or creates it. */
export function openLocalIdentity(file: string): LocalIdentity {
  if (existsSync(file)) return identity.parse(JSON.parse(readFileSync(file, 'utf8')));
  const created = createIdentity();
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify(created, null, 2), { mode: 0o600 });
  return created;
}

function createIdentity(): LocalIdentity {
  const application = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const proof = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return {
    applicationId: randomUUID(),
    applicationPrivateKey: toPkcs8(application.privateKey),
    applicationPublicKey: application.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    apiKey: randomBytes(4).toString('hex'),
    signatureSecret: randomBytes(32).toString('hex'),
    accountApiSecret: createApiSecret(),
    guardKey: createKey(),
    tokenKey: createKey(),
    identityKey: createKey(),
    proofPrivateKey: toPkcs8(proof.privateKey),
    proofKeyId: randomUUID(),
  };
}

function createApiSecret(): string {
  return randomBytes(16).toString('hex');
}

function createKey(): string {
  return randomBytes(32).toString('base64url');
}

function toPkcs8(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}
