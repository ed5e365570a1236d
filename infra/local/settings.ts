/** The environment of `npm start` and `npm run dev`. */

import { z } from 'zod';
import { UsageError } from '../../shared/command/usage-error.ts';
import type { StackOptions } from './stack.ts';

/** For the usage of both commands. */
export const SETTINGS_USAGE = `Environment:
  API_PORT, WEBSOCKET_PORT, VONAGE_PORT, AWS_PORT   3000 to 3003; 0 for any free one
  LOCAL_DIR            where the stack keeps its data (.local); one folder for each stack
  LOCAL_HOSTS          further names that callers may use as Host, with commas between them
  LOCAL_ORIGINS        web origins whose pages may call, with commas: http://localhost:5173
  STAGE                stage of infra/aws/stages.ts (dev)
  CDK_CONTEXT_JSON     JSON object that overrides the context of cdk.json
  VONAGE_BASE_URL      a Vonage API instead of the simulator
  DYNAMODB_ENDPOINT    a DynamoDB instead of dynalite
  VONAGE_TIME_SCALE    factor for all times of Vonage and the queue: 0.1 is ten times faster (1)`;

const aPort = 'must be a whole number from 0 to 65535';
const aUrl = 'must be an http or https URL';
const hostNames = 'must be host names without port, with commas between them';
const webOrigins = 'must be origins such as http://localhost:5173, with commas between them';
const aContext = 'must be a JSON object';

const port = (usual: number) =>
  z
    .string()
    .regex(/^\d{1,5}$/, aPort)
    .transform(Number)
    .refine((value) => value <= 65_535, aPort)
    .default(usual);
const url = z.url({ protocol: /^https?$/, error: aUrl }).optional();
const listOf = (item: RegExp, message: string) =>
  z
    .string()
    .transform((text) => text.split(',').map((each) => each.trim().toLowerCase()))
    .transform((items) => items.filter((each) => each !== ''))
    .refine((items) => items.every((each) => item.test(each)), message)
    .default([]);
const environment = z.object({
  API_PORT: port(3000),
  WEBSOCKET_PORT: port(3001),
  VONAGE_PORT: port(3002),
  AWS_PORT: port(3003),
  LOCAL_DIR: z.string().min(1, 'must not be empty').default('.local'),
  LOCAL_HOSTS: listOf(/^[a-z0-9._-]+$/, hostNames),
  LOCAL_ORIGINS: listOf(/^[a-z][a-z0-9+.-]*:\/\/[a-z0-9._-]+(:\d{1,5})?$/, webOrigins),
  STAGE: z.string().min(1, 'must not be empty').default('dev'),
  CDK_CONTEXT_JSON: z.string().transform(parseObject).default({}),
  VONAGE_BASE_URL: url,
  DYNAMODB_ENDPOINT: url,
  VONAGE_TIME_SCALE: z.coerce.number('must be a number').positive('must be more than 0').default(1),
});

/** @throws UsageError that names the variable */
export function readSettings(variables: NodeJS.ProcessEnv): StackOptions {
  const parsed = environment.safeParse(variables);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new UsageError(`${issue?.path.join('.')} ${issue?.message}`);
  }
  const given = parsed.data;
  return {
    localFolder: given.LOCAL_DIR,
    ports: {
      api: given.API_PORT,
      websocket: given.WEBSOCKET_PORT,
      vonage: given.VONAGE_PORT,
      aws: given.AWS_PORT,
    },
    access: { hosts: given.LOCAL_HOSTS, origins: given.LOCAL_ORIGINS },
    context: { stage: given.STAGE, ...given.CDK_CONTEXT_JSON },
    vonageBaseUrl: given.VONAGE_BASE_URL,
    dynamodbEndpoint: given.DYNAMODB_ENDPOINT,
    timeScale: given.VONAGE_TIME_SCALE,
  };
}

function parseObject(text: string, context: z.RefinementCtx): Readonly<Record<string, unknown>> {
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(text));
  } catch {
    context.addIssue({ code: 'custom', message: aContext });
    return z.NEVER;
  }
}
