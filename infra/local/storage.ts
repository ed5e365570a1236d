/**
 * Creates the template's tables, secrets and queues at the local endpoints; safe to repeat at every
 * start.
 */
import { toSentence } from '../../shared/command/run-command.ts';
import { callAws } from './aws/json-client.ts';
import { LocalStackError } from './error.ts';
import type { InitialSecret } from './initial-secrets.ts';
import type { QueueResource } from './template/queues.ts';
import type { ParameterResource, TableResource } from './template/storage.ts';

/** Errors for a resource that already exists; it is kept with its content. */
const KEPT = new Set([
  'ResourceInUseException',
  'ResourceExistsException',
  'ParameterAlreadyExists',
]);

export async function createTables(
  endpoint: string,
  tables: readonly TableResource[],
): Promise<void> {
  for (const { definition } of tables) {
    await create(endpoint, 'DynamoDB_20120810.CreateTable', definition);
  }
}

export async function createSecrets(
  endpoint: string,
  secrets: readonly InitialSecret[],
): Promise<void> {
  for (const { name, value } of secrets) {
    const input = { Name: name, ...(value === '' ? {} : { SecretString: value }) };
    await create(endpoint, 'secretsmanager.CreateSecret', input);
  }
}

export async function createParameters(
  endpoint: string,
  parameters: readonly ParameterResource[],
): Promise<void> {
  for (const { name, value } of parameters) {
    await create(endpoint, 'AmazonSSM.PutParameter', { Name: name, Value: value });
  }
}

/** Sets the queues to the template's settings; their messages are kept. */
export async function createQueues(
  endpoint: string,
  queues: readonly QueueResource[],
): Promise<void> {
  await create(endpoint, 'Local.PutQueues', queues);
}

async function create(endpoint: string, target: string, input: unknown): Promise<void> {
  const result = await callAws(endpoint, target, input).catch((cause: unknown) => {
    throw new LocalStackError(`${endpoint} does not answer as AWS does: ${toSentence(cause)}`, {
      cause,
    });
  });
  if (result.type === 'done' || KEPT.has(result.name)) return;
  throw new LocalStackError(`${target} failed: ${result.name} ${result.message}`);
}
