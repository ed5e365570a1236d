/**
 * Creates the Vonage application of a deployment with a new key pair. The private key is stored in
 * Secrets Manager before Vonage receives the public key. So an interrupted run can be repeated: an
 * application that has the stored key is ours.
 */

import { CommandError } from '../../../shared/command/command-error.ts';
import { progress } from '../../../shared/command/progress.ts';
import {
  type Account,
  type Application,
  type Applications,
  NoApplication,
  openApplications,
} from '../deployment/application.ts';
import type { Deployment } from '../deployment/deployment.ts';
import { createApplicationKey, isPair, publicKeyOf } from '../deployment/keys.ts';
import type { Fields, Secrets } from '../deployment/secrets.ts';
import type { Wishes } from './wishes.ts';

export interface CreateApplicationOptions {
  readonly deployment: Deployment;
  readonly secrets: Secrets;
  readonly wishes: Wishes;
  /** Creates an application for `+990` numbers, which need no carrier. */
  readonly isPlayground: boolean;
  readonly dryRun: boolean;
  readonly tell: (line: string) => void;
}

/** The Vonage account to use; undefined: its secret is missing. */
export function chooseAccount(
  { account }: Deployment,
  { apiKey, apiSecret }: Wishes,
  storedApiKey: string,
): Account | undefined {
  return apiSecret === undefined ? account : { apiKey: apiKey ?? storedApiKey, apiSecret };
}

/**
 * @returns the application's id; undefined on a dry run that would create one
 * @throws CommandError without the account's credentials, or when the name is taken by another key
 */
export async function createApplication(
  options: CreateApplicationOptions,
): Promise<string | undefined> {
  const { deployment, secrets, wishes, isPlayground, dryRun, tell } = options;
  progress('looking for the application at Vonage');
  const stored = await secrets.read('privateKey');
  const { api_key: storedApiKey = '' } = await secrets.read('signature');
  const account = chooseAccount(deployment, wishes, storedApiKey);
  if (!account || account.apiKey === '') {
    throw new CommandError('--create-application needs --api-key and --api-secret-file');
  }
  const applications = openApplications(deployment.applicationsUrl, account);
  const known = await findKnown(applications, wishes.applicationId, stored.application_id);
  const name = `silent-auth-${deployment.name}${isPlayground ? '-playground' : ''}`;
  const found = known ?? (await findByKey(applications, name, stored.private_key ?? ''));
  if (found?.id !== undefined && hasKey(found, stored.private_key ?? '')) {
    tell(`Application: ${found.id} (${found.name}) is reused`);
    if (!dryRun) await store(secrets, stored, found.id, stored.private_key ?? '');
    return found.id;
  }
  const isNew = found?.id === undefined;
  if (dryRun) {
    tell(`Application: ${isNew ? `${name} would be created` : `${found.id} would get a new key`}`);
    return found?.id;
  }
  // A stored key without an application comes from an interrupted run.
  const isUnused = !stored.application_id && Boolean(stored.private_key);
  const privateKey = isUnused ? (stored.private_key ?? '') : createApplicationKey();
  await store(secrets, stored, found?.id ?? '', privateKey);
  const keys = { public_key: publicKeyOf(privateKey) };
  if (!isNew) {
    const { id, _links, ...kept } = found;
    await applications.put(found.id ?? '', { ...kept, keys });
    tell(`Application: ${found.id} (${found.name}) has a new key`);
    return id;
  }
  const id = await applications.create({
    name,
    keys,
    capabilities: toCapabilities(deployment.webhookUrl, isPlayground),
  });
  await store(secrets, stored, id, privateKey);
  tell(`Application: ${id} (${name}) created; its private key is stored in Secrets Manager only`);
  return id;
}

/** The steps that no API offers. */
export function remainingByHand(
  { name }: Deployment,
  applicationId: string | undefined,
  isPlayground: boolean,
): readonly string[] {
  const stage = name === 'local' ? '--local' : `--stage ${name}`;
  const application = applicationId ?? 'the application';
  const registry = isPlayground
    ? `  Network Registry: dashboard.vonage.com, Applications, ${application}, Edit, Network Registry: access Playground`
    : `  Network Registry: dashboard.vonage.com, Applications, ${application}, Edit, Network Registry: ask for production access; each carrier approves it`;
  return [
    'To do by hand:',
    registry,
    '  Signature secret: dashboard.vonage.com, API Settings, Signature secret (SHA-256 HMAC); then',
    `    npm run configure -- ${stage} --api-key <key> --signature-secret-file <file>`,
  ];
}

/** The application of the option, or of the secret. */
async function findKnown(
  applications: Applications,
  named: string | undefined,
  stored: string | undefined,
): Promise<Application | undefined> {
  if (named !== undefined) return { ...(await applications.get(named)), id: named };
  if (!stored) return undefined;
  try {
    return { ...(await applications.get(stored)), id: stored };
  } catch (error) {
    if (error instanceof NoApplication) return undefined; // somebody deleted it
    throw error;
  }
}

/** Names are not unique at Vonage: an application with this name and another key may be in use. */
async function findByKey(
  applications: Applications,
  name: string,
  privateKey: string,
): Promise<Application | undefined> {
  const namesakes = (await applications.list()).filter((each) => each.name === name);
  const ours = namesakes.find((each) => hasKey(each, privateKey));
  if (ours || namesakes.length === 0) return ours;
  throw new CommandError(
    `Vonage already has an application ${name} (${namesakes[0]?.id}) with another key: give it a ` +
      `new key with --application-id ${namesakes[0]?.id}, or delete it`,
  );
}

function hasKey({ keys }: Application, privateKey: string): boolean {
  return keys?.public_key !== undefined && isPair(privateKey, keys.public_key);
}

function toCapabilities(webhookUrl: string, isPlayground: boolean): Application['capabilities'] {
  const redirectUri = new URL('/', webhookUrl).href;
  return {
    verify: { webhooks: { status_url: { address: webhookUrl, http_method: 'POST' } } },
    // Marks test access (protocol §8).
    ...(isPlayground && {
      network_apis: { network_application_id: 'test-application', redirect_uri: redirectUri },
    }),
  };
}

async function store(
  secrets: Secrets,
  before: Fields,
  applicationId: string,
  privateKey: string,
): Promise<void> {
  await secrets.write('privateKey', {
    ...before,
    application_id: applicationId,
    private_key: privateKey,
  });
}
