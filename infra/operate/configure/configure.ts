/** Sets up a deployment: its secrets, and the Status URL of its Vonage application. */

import { CommandError } from '../../../shared/command/command-error.ts';
import { progress } from '../../../shared/command/progress.ts';
import {
  type Application,
  openApplications,
  statusUrlOf,
  withStatusUrl,
} from '../deployment/application.ts';
import type { CallAws } from '../deployment/aws.ts';
import { type Deployment, SECRET_NAMES } from '../deployment/deployment.ts';
import { isPair } from '../deployment/keys.ts';
import type { Secrets } from '../deployment/secrets.ts';
import { createChannelSwitch } from './channel-switch.ts';
import { chooseAccount, createApplication, remainingByHand } from './create-application.ts';
import { planSecrets, type Rotation } from './plan.ts';
import type { Wishes } from './wishes.ts';

export interface ConfigureOptions {
  readonly deployment: Deployment;
  readonly secrets: Secrets;
  /** Creates the channel switch. */
  readonly callAws: CallAws;
  readonly wishes: Wishes;
  readonly rotation: Rotation;
  /** Creates a Vonage application, or reuses the configured one. @default the stored one */
  readonly create?: { readonly isPlayground: boolean } | undefined;
  readonly dryRun: boolean;
  /** Receives one sentence at a time, without secrets. */
  readonly tell: (line: string) => void;
}

const TITLES = {
  privateKey: 'Secret of the private key',
  signature: 'Secret of the signature',
  proofKey: 'Secret of the proof key',
};

/** Reads and checks everything before it writes anything. @throws CommandError */
export async function configure(options: ConfigureOptions): Promise<void> {
  const { create, deployment, wishes } = options;
  if (!create) return setUp(options);
  const applicationId = await createApplication({ ...options, isPlayground: create.isPlayground });
  const { privateKey: _stored, ...others } = wishes;
  await setUp({ ...options, wishes: { ...others, ...(applicationId && { applicationId }) } });
  for (const line of remainingByHand(deployment, applicationId, create.isPlayground)) {
    options.tell(line);
  }
}

async function setUp(options: ConfigureOptions): Promise<void> {
  const { deployment, secrets, callAws, wishes, rotation, dryRun, tell } = options;
  progress('reading the secrets');
  const entries = await Promise.all(
    SECRET_NAMES.map(async (name) => [name, await secrets.read(name)] as const),
  );
  const stored = { privateKey: {}, signature: {}, proofKey: {}, ...Object.fromEntries(entries) };
  const plans = planSecrets(stored, wishes, rotation);
  const fields = Object.assign({}, ...plans.map((plan) => ({ [plan.name]: plan.fields })));
  const { application_id: applicationId = '', private_key: privateKey = '' } = fields.privateKey;
  const status = await planStatusUrl(options, applicationId, fields.signature.api_key ?? '');
  const publicKey = status?.application.keys?.public_key;
  if (publicKey !== undefined && privateKey !== '' && !isPair(privateKey, publicKey)) {
    throw new CommandError('the private key belongs to another Vonage application');
  }

  for (const { name, fields: written, changes } of plans) {
    if (changes.length > 0 && !dryRun) await secrets.write(name, written);
    tell(`${TITLES[name]}: ${changes.join(', ') || 'unchanged'}`);
  }
  if (status && status.before !== deployment.webhookUrl && !dryRun) await status.write();
  tell(`Status URL: ${tellStatusUrl(status?.before, deployment.webhookUrl, status !== undefined)}`);
  if (!dryRun) {
    const created = await createChannelSwitch(callAws, deployment.channelSwitch);
    tell(`Channel switch: ${created === 'created' ? 'created' : 'unchanged'}`);
  }
  if (dryRun) tell('Dry run: nothing was changed.');
}

interface StatusUrlPlan {
  readonly application: Application;
  readonly before: string | undefined;
  readonly write: () => Promise<void>;
}

/** undefined: the account's credentials are missing. */
async function planStatusUrl(
  { deployment, wishes }: ConfigureOptions,
  applicationId: string,
  storedApiKey: string,
): Promise<StatusUrlPlan | undefined> {
  const account = chooseAccount(deployment, wishes, storedApiKey);
  if (!account || applicationId === '') return undefined;
  const applications = openApplications(deployment.applicationsUrl, account);
  progress('asking Vonage for the application');
  const application = await applications.get(applicationId);
  return {
    application,
    before: statusUrlOf(application),
    write: () => applications.put(applicationId, withStatusUrl(application, deployment.webhookUrl)),
  };
}

function tellStatusUrl(before: string | undefined, after: string, isKnown: boolean): string {
  if (!isKnown) return `unchanged; give --api-secret-file, or set it to ${after} yourself`;
  if (before === after) return `unchanged, ${after}`;
  return `${before ?? 'none'} → ${after}`;
}
