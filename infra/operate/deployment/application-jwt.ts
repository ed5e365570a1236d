/** Signs the JWT that authorizes calls to Vonage (protocol §4). */

import { randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import { toPrivateKey } from './keys.ts';

const LIFETIME_SECONDS = 15 * 60;

/** Valid for 15 minutes. */
export function signApplicationJwt(applicationId: string, privatePem: string): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  return new SignJWT({ application_id: applicationId })
    .setProtectedHeader({ alg: 'RS256', typ: 'JWT' })
    .setIssuedAt(now)
    .setExpirationTime(now + LIFETIME_SECONDS)
    .setJti(randomUUID())
    .sign(toPrivateKey(privatePem));
}
