/**
 * A cache of secrets. A warm request seldom reads one. While Secrets Manager fails, the last good
 * value is used for up to a day.
 */

import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { Problem } from '../../domain/errors.ts';
import type { Clock } from '../../domain/ports/clock.ts';

/** The string members of a secret's JSON object. */
export type Secret = Readonly<Record<string, string>>;

export interface Secrets {
  /** Returns the cached value, at most 5 minutes old while Secrets Manager answers. */
  readonly get: (secretId: string) => Promise<Secret>;
  /** Reads again, at most once a minute; in between it answers like `get`. */
  readonly refresh: (secretId: string) => Promise<Secret>;
}

export interface SecretStoreOptions {
  readonly client: SecretsManagerClient;
  readonly clock: Clock;
  /** Called whenever an old value is used because reading it again failed. */
  readonly onStale?: () => void;
}

const FRESH_MS = 5 * 60_000;
const USABLE_MS = 24 * 3600_000;
const REFRESH_INTERVAL_MS = 60_000;
/** Time between a failed read and the next one; the last good value is used meanwhile. */
const RETRY_INTERVAL_MS = 30_000;
const RETRY_AFTER_SECONDS = 5;

interface Cached {
  secret?: Secret;
  readAtMs: number;
  failedAtMs: number;
  refreshedAtMs: number;
  reading?: Promise<Secret>;
}

export function createSecretStore({ client, clock, onStale }: SecretStoreOptions): Secrets {
  const cache = new Map<string, Cached>();

  /** One read at a time: concurrent callers wait for it. */
  const read = (secretId: string, cached: Cached): Promise<Secret> => {
    cached.reading ??= readAndKeep(secretId, cached).finally(() => {
      delete cached.reading;
    });
    return cached.reading;
  };

  const readAndKeep = async (secretId: string, cached: Cached): Promise<Secret> => {
    try {
      const answer = await client.send(new GetSecretValueCommand({ SecretId: secretId }));
      cached.secret = toSecret(answer.SecretString);
      cached.readAtMs = clock.now();
      return cached.secret;
    } catch (error) {
      cached.failedAtMs = clock.now();
      if (cached.secret && clock.now() - cached.readAtMs < USABLE_MS) {
        onStale?.();
        return cached.secret;
      }
      if (error instanceof Problem) throw error;
      throw new Problem(
        'dependency_unavailable',
        'a secret cannot be read',
        { retryAfterSeconds: RETRY_AFTER_SECONDS },
        { cause: error },
      );
    }
  };

  const get = async (secretId: string): Promise<Secret> => {
    const cached = entryOf(cache, secretId);
    const nowMs = clock.now();
    if (cached.secret && nowMs - cached.readAtMs < FRESH_MS) return cached.secret;
    const isUsable = cached.secret && nowMs - cached.readAtMs < USABLE_MS;
    if (cached.secret && isUsable && nowMs - cached.failedAtMs < RETRY_INTERVAL_MS) {
      onStale?.();
      return cached.secret;
    }
    return read(secretId, cached);
  };

  const refresh = async (secretId: string): Promise<Secret> => {
    const cached = entryOf(cache, secretId);
    if (cached.reading) return cached.reading;
    if (clock.now() - cached.refreshedAtMs < REFRESH_INTERVAL_MS) return get(secretId);
    cached.refreshedAtMs = clock.now();
    return read(secretId, cached);
  };

  return { get, refresh };
}

/** Returns the field; refuses an empty one, such as the placeholder of a new deployment. */
export function requireField(secret: Secret, name: string): string {
  const value = secret[name];
  if (value) return value;
  throw new Problem('dependency_unavailable', `the secret's field ${name} is not set`, {
    retryAfterSeconds: RETRY_AFTER_SECONDS,
    secretNotSet: true,
  });
}

function entryOf(cache: Map<string, Cached>, secretId: string): Cached {
  const never = Number.NEGATIVE_INFINITY;
  const known = cache.get(secretId);
  if (known) return known;
  const entry: Cached = { readAtMs: never, failedAtMs: never, refreshedAtMs: never };
  cache.set(secretId, entry);
  return entry;
}

function toSecret(text: string | undefined): Secret {
  const value = parse(text ?? '');
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Problem('dependency_unavailable', 'a secret is not a JSON object', {
      retryAfterSeconds: RETRY_AFTER_SECONDS,
      secretNotSet: true,
    });
  }
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, member]) =>
      typeof member === 'string' ? [[name, member]] : [],
    ),
  );
}

/** The parser's error quotes the secret: it must not become a logged cause. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
