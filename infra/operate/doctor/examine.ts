/** Examines a deployment from outside, from its secrets to its sockets. */

import type { Account } from '../deployment/application.ts';
import type { CallAws } from '../deployment/aws.ts';
import type { Deployment } from '../deployment/deployment.ts';
import type { Secrets } from '../deployment/secrets.ts';
import { checkAccount } from './account.ts';
import { checkApis } from './apis.ts';
import type { Finding } from './check.ts';
import { checkClock } from './clock.ts';
import { checkSecrets } from './secrets.ts';
import { checkVonage } from './vonage.ts';
import { checkWebhooks } from './webhooks.ts';

export interface Examination {
  readonly deployment: Deployment;
  readonly secrets: Pick<Secrets, 'read'>;
  readonly callAws: CallAws;
  /** Needed to read the Status URL. @default that check is skipped */
  readonly apiSecret: string | undefined;
  /** A verification of this number is started. @default that check is skipped */
  readonly number: string | undefined;
}

/** Runs the checks one after the other, so that a fault is listed after its cause. */
export async function examine(examination: Examination): Promise<readonly Finding[]> {
  const { deployment, secrets, callAws, apiSecret, number } = examination;
  const { findings, stored } = await checkSecrets(secrets.read);
  const account: Account | undefined =
    apiSecret === undefined
      ? deployment.account
      : { apiKey: stored.signature.api_key ?? '', apiSecret };
  return [
    ...findings,
    ...(await checkVonage(deployment, stored.privateKey, account)),
    ...(await checkApis(deployment, number)),
    ...(await checkWebhooks(deployment, stored.signature)),
    ...(await checkClock(deployment, callAws)),
    ...(await checkAccount(deployment, callAws)),
  ];
}

/** One line for each finding, beginning with its result. */
export function toTable(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ question }) => question.length));
  return findings
    .map(({ question, result, says }) =>
      `${result.padEnd(7)}  ${question.padEnd(width)}  ${says}`.trimEnd(),
    )
    .join('\n');
}
