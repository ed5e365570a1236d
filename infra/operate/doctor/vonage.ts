/** Checks that Vonage accepts our key and has our Status URL. */

import { randomUUID } from 'node:crypto';
import { type Account, openApplications, statusUrlOf } from '../deployment/application.ts';
import { signApplicationJwt } from '../deployment/application-jwt.ts';
import type { Deployment } from '../deployment/deployment.ts';
import type { Fields } from '../deployment/secrets.ts';
import { check, type Finding, skipped } from './check.ts';

const TIMEOUT_MS = 10_000;

export async function checkVonage(
  deployment: Deployment,
  privateKey: Fields,
  account: Account | undefined,
): Promise<readonly Finding[]> {
  return [
    await check('Vonage accepts the private key', () => callSigned(deployment, privateKey)),
    await checkStatusUrl(deployment, privateKey.application_id ?? '', account),
  ];
}

/** Cancels a request that does not exist: with a valid JWT Vonage answers 404. */
async function callSigned(
  { vonageUrl }: Deployment,
  { application_id: applicationId, private_key: pem = '' }: Fields,
): Promise<string | undefined> {
  if (!applicationId || pem === '') return 'the private key or the application id is not set';
  const token = await signApplicationJwt(applicationId, pem);
  const { status } = await fetch(`${vonageUrl}/v2/verify/${randomUUID()}`, {
    method: 'DELETE',
    headers: { authorization: `Bearer ${token}` },
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  if (status === 404) return undefined;
  if (status === 401)
    return 'Vonage refuses the key: it belongs to another application or was replaced';
  if (status === 403) return 'the application may not use Verify';
  return `Vonage answered ${status} instead of 404`;
}

async function checkStatusUrl(
  { applicationsUrl, webhookUrl }: Deployment,
  applicationId: string,
  account: Account | undefined,
): Promise<Finding> {
  const question = 'The Status URL points here';
  if (!account) return skipped(question, 'needs --api-secret-file');
  return check(question, async () => {
    const application = await openApplications(applicationsUrl, account).get(applicationId);
    const found = statusUrlOf(application) ?? 'nothing';
    return found === webhookUrl ? undefined : `it is ${found} instead of ${webhookUrl}`;
  });
}
