/**
 * The deployment that a command works on: one in AWS, described by the outputs of
 * `cdk deploy --outputs-file`, or the local stack, described by its `endpoints.json`.
 */

import { randomInt } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { CommandError } from '../../../shared/command/command-error.ts';

export interface Deployment {
  /** Name of the stage; `local` for the local stack. */
  readonly name: string;
  /** Address that apps call: CloudFront's, if the stage has it. */
  readonly apiUrl: string;
  readonly websocketUrl: string;
  /** Status URL that the Vonage application must have. */
  readonly webhookUrl: string;
  /** Address of Vonage's Verify API. */
  readonly vonageUrl: string;
  /** Address of Vonage's Applications API. */
  readonly applicationsUrl: string;
  /** ARN or name of each secret that an operator fills in. */
  readonly secrets: Readonly<Record<SecretName, string>>;
  readonly region: string;
  /** Name of the parameter that switches channels off. */
  readonly channelSwitch: string;
  /** Absent for the local stack, which has no alarms. */
  readonly alarms?: {
    /** Prefix of the names of the stage's alarms. */
    readonly prefix: string;
    /** ARNs. */
    readonly topics: { readonly pages: string; readonly tickets: string };
  };
  /**
   * URLs of the queues of the clock; absent for the local stack, whose queues cannot be read from
   * outside.
   */
  readonly clock?: { readonly messages: string; readonly deadLetters: string };
  /** Address of Secrets Manager, if it is not that of AWS. */
  readonly secretsManagerUrl?: string;
  /** Known for the local stack only; elsewhere the operator gives them. */
  readonly account?: { readonly apiKey: string; readonly apiSecret: string };
  readonly number?: string;
}

export const SECRET_NAMES = ['privateKey', 'signature', 'proofKey'] as const;
export type SecretName = (typeof SECRET_NAMES)[number];

/** The only Vonage host that serves the Applications API (protocol §8). */
const APPLICATIONS_URL = 'https://api.nexmo.com';

const outputs = z.record(z.string(), z.record(z.string(), z.string()));
const stackOutputs = z.object({
  ApiUrl: z.url(),
  EdgeUrl: z.url().optional(),
  WebSocketUrl: z.url(),
  WebhookUrl: z.url(),
  VonageUrl: z.url(),
  PrivateKeySecret: z.string(),
  SignatureSecret: z.string(),
  ProofKeySecret: z.string(),
  ChannelSwitchName: z.string(),
  PageTopic: z.string(),
  TicketTopic: z.string(),
  ClockQueueUrl: z.url(),
  ClockDeadLettersUrl: z.url(),
});
const endpoints = z.object({
  api: z.url(),
  websocket: z.url(),
  vonage: z.url(),
  secretsmanager: z.url(),
  region: z.string(),
  channel_switch: z.string(),
  secrets: z.object({ private_key: z.string(), signature: z.string(), proof_key: z.string() }),
  account: z.object({ api_key: z.string(), api_secret: z.string() }),
});

/** @throws CommandError when the stack of that stage has not been deployed with `--outputs-file` */
export function readStageDeployment(stage: string, outputsFile: string): Deployment {
  const command = `npm run deploy -- -c stage=${stage} --outputs-file ${outputsFile}`;
  if (!existsSync(outputsFile)) throw new CommandError(`no ${outputsFile}: ${command}`);
  const stack = outputs.parse(parseFile(outputsFile))[`SilentAuth-${stage}`];
  const parsed = stackOutputs.safeParse(stack);
  if (!parsed.success) throw new CommandError(`${outputsFile} lacks stage ${stage}: ${command}`);
  const given = parsed.data;
  const [, , , region = ''] = given.PrivateKeySecret.split(':');
  return {
    name: stage,
    apiUrl: given.EdgeUrl ?? given.ApiUrl,
    websocketUrl: given.WebSocketUrl,
    webhookUrl: given.WebhookUrl,
    vonageUrl: given.VonageUrl,
    applicationsUrl: APPLICATIONS_URL,
    secrets: {
      privateKey: given.PrivateKeySecret,
      signature: given.SignatureSecret,
      proofKey: given.ProofKeySecret,
    },
    region,
    channelSwitch: given.ChannelSwitchName,
    alarms: {
      prefix: `silent-auth-${stage}-`,
      topics: { pages: given.PageTopic, tickets: given.TicketTopic },
    },
    clock: { messages: given.ClockQueueUrl, deadLetters: given.ClockDeadLettersUrl },
  };
}

/** @throws CommandError when no stack runs in that folder */
export function readLocalDeployment(folder: string): Deployment {
  const file = join(folder, 'endpoints.json');
  if (!existsSync(file)) throw new CommandError(`no ${file}: npm start first`);
  const local = endpoints.parse(parseFile(file));
  const { api, websocket, vonage, secretsmanager, region, secrets, account } = local;
  return {
    name: 'local',
    apiUrl: api,
    websocketUrl: websocket,
    webhookUrl: `${api}/webhook`,
    vonageUrl: vonage,
    applicationsUrl: vonage,
    secrets: {
      privateKey: secrets.private_key,
      signature: secrets.signature,
      proofKey: secrets.proof_key,
    },
    region,
    channelSwitch: local.channel_switch,
    secretsManagerUrl: secretsmanager,
    account: { apiKey: account.api_key, apiSecret: account.api_secret },
    number: createLocalNumber(),
  };
}

/** A new number each time, because the previous one may still be locked. */
function createLocalNumber(): string {
  return `+49151${String(randomInt(10 ** 7)).padStart(7, '0')}8`;
}

function parseFile(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new CommandError(`${file} is not JSON`, { cause });
  }
}
