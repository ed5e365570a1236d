/** Temporary failures of AWS: throttling, timeouts, the network. Everything else is a bug. */

import { Problem } from '../../domain/errors.ts';

const RETRY_AFTER_SECONDS = 2;
const TOO_MANY_REQUESTS = 429;

const TRANSIENT_NAMES: ReadonlySet<unknown> = new Set([
  'InternalServerError',
  'InternalServiceError',
  'LimitExceededException',
  'PriorRequestNotComplete',
  'ProvisionedThroughputExceededException',
  'ReplicatedWriteConflictException',
  'RequestLimitExceeded',
  'RequestTimeout',
  'RequestTimeoutException',
  'ServiceUnavailable',
  'ServiceUnavailableException',
  'ThrottledException',
  'ThrottlingException',
  'TimeoutError',
  'TooManyRequestsException',
  'TransactionConflictException',
]);

const NETWORK_CODES: ReadonlySet<unknown> = new Set([
  'EAI_AGAIN',
  'ECONNABORTED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
]);

/** Runs `call`; a temporary failure becomes `dependency_unavailable` with the original as cause. */
export async function callDependency<T>(name: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (!isTransient(error)) throw error;
    throw new Problem(
      'dependency_unavailable',
      `${name} did not answer`,
      { retryAfterSeconds: RETRY_AFTER_SECONDS },
      { cause: error },
    );
  }
}

function isTransient(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (TRANSIENT_NAMES.has(error.name)) return true;
  if ('code' in error && NETWORK_CODES.has(error.code)) return true;
  const status = httpStatusOf(error) ?? 0;
  return status === TOO_MANY_REQUESTS || status >= 500;
}

/** The HTTP status of AWS's answer, if there was one. */
export function httpStatusOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('$metadata' in error)) return undefined;
  const { $metadata: metadata } = error;
  if (typeof metadata !== 'object' || !metadata || !('httpStatusCode' in metadata))
    return undefined;
  return typeof metadata.httpStatusCode === 'number' ? metadata.httpStatusCode : undefined;
}
