import {
  GetSecretValueCommand,
  ResourceNotFoundException,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import {
  createSecretStore,
  requireField,
  type Secrets,
} from '../../../../../shared/adapters/secrets/secret-store.ts';
import { Problem } from '../../../../../shared/domain/errors.ts';

const MINUTE_MS = 60_000;
const ONE = { token_key: 'one' };
const TWO = { token_key: 'two' };
const THREE = { token_key: 'three' };
const UNAVAILABLE = { code: 'dependency_unavailable' };
const client = new SecretsManagerClient({ region: 'eu-central-1' });
const manager = mockClient(client);
const onStale = vi.fn();
let nowMs: number;
let secrets: Secrets;

beforeEach(() => {
  manager.reset();
  onStale.mockReset();
  nowMs = 1_000_000;
  secrets = createSecretStore({ client, clock: { now: () => nowMs }, onStale });
  holds(ONE);
});

function holds(secret: unknown): void {
  manager.on(GetSecretValueCommand).resolves({ SecretString: JSON.stringify(secret) });
}

function fails(): void {
  manager.on(GetSecretValueCommand).rejects(new Error('connect ETIMEDOUT'));
}

function reads(): number {
  return manager.commandCalls(GetSecretValueCommand).length;
}

describe('get', () => {
  it('reads a secret once in 5 minutes', async () => {
    holds({ ...ONE, number: 1 });
    const first = await secrets.get('keys');
    expect(first).toEqual(ONE);
    nowMs += 5 * MINUTE_MS - 1;
    expect(await secrets.get('keys')).toBe(first);
    const read = manager.commandCalls(GetSecretValueCommand);
    expect(read.map(({ args }) => args[0].input)).toEqual([{ SecretId: 'keys' }]);
    holds(TWO);
    nowMs += 1;
    expect(await secrets.get('keys')).toEqual(TWO);
    expect(reads()).toBe(2);
  });

  it('reads each secret once when many ask at once', async () => {
    const ids = [...Array(50).fill('keys'), ...Array(50).fill('signature')];
    await Promise.all(ids.map((id) => secrets.get(id)));
    expect(reads()).toBe(2);
  });

  it('serves the last good value for a day while Secrets Manager fails, and says so', async () => {
    await secrets.get('keys');
    fails();
    nowMs += 24 * 60 * MINUTE_MS - 1;
    expect(await secrets.get('keys')).toEqual(ONE);
    expect(await secrets.get('keys')).toEqual(ONE);
    expect(onStale).toHaveBeenCalledTimes(2);
    expect(reads()).toBe(2);
    nowMs += 1;
    await expect(secrets.get('keys')).rejects.toMatchObject(UNAVAILABLE);
  });

  it('tries again half a minute after a failure', async () => {
    await secrets.get('keys');
    fails();
    nowMs += 5 * MINUTE_MS;
    await secrets.get('keys');
    holds(TWO);
    nowMs += 29_999;
    expect(await secrets.get('keys')).toEqual(ONE);
    nowMs += 1;
    expect(await secrets.get('keys')).toEqual(TWO);
  });

  it('answers 503 when it never had a value', async () => {
    const cause = new ResourceNotFoundException({ message: 'none', $metadata: {} });
    manager.on(GetSecretValueCommand).rejects(cause);
    const failure = await secrets.get('keys').catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(Problem);
    expect(failure).toMatchObject({ ...UNAVAILABLE, cause });
    holds(ONE);
    expect(await secrets.get('keys')).toEqual(ONE);
  });

  it.each(['{"token_key":"s3cret', '', '"s3cret"', '["s3cret"]', 'null'])(
    'answers 503 without quoting a secret that is not a JSON object: %s',
    async (text) => {
      manager.on(GetSecretValueCommand).resolves({ SecretString: text });
      const failure = await secrets.get('keys').catch((error: unknown) => error);
      expect(failure).toMatchObject(UNAVAILABLE);
      expect(failure).not.toHaveProperty('cause');
    },
  );
});

describe('refresh', () => {
  it('reads at once, but at most once a minute', async () => {
    await secrets.get('keys');
    holds(TWO);
    expect(await secrets.refresh('keys')).toEqual(TWO);
    holds(THREE);
    nowMs += MINUTE_MS - 1;
    expect(await secrets.refresh('keys')).toEqual(TWO);
    nowMs += 1;
    expect(await secrets.refresh('keys')).toEqual(THREE);
    expect(reads()).toBe(3);
  });

  it('keeps the last good value when it fails', async () => {
    await secrets.get('keys');
    fails();
    expect(await secrets.refresh('keys')).toEqual(ONE);
    expect(onStale).toHaveBeenCalledTimes(1);
  });
});

describe('requireField', () => {
  it.each([{}, { api_key: '' }])('answers 503 for a placeholder: %j', (secret) => {
    const field = () => requireField(secret, 'api_key');
    expect(field).toThrow(expect.objectContaining(UNAVAILABLE));
  });
});
