/** Vonage's signature of a webhook, checked with its official library and the hash of the body. */

import { createHash } from 'node:crypto';
import { verifySignature } from '@vonage/jwt';

export function isSigned(authorization: string | undefined, body: string, secret: string): boolean {
  const token = authorization?.replace(/^Bearer /, '') ?? '';
  try {
    if (!verifySignature(token, secret)) return false;
    const claims = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString();
    const { payload_hash: hash } = JSON.parse(claims);
    return hash === createHash('sha256').update(body).digest('hex');
  } catch {
    return false;
  }
}
