import { ProvisionedThroughputExceededException } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { callDependency } from '../../../../../shared/adapters/aws/dependency-failure.ts';

function answered(httpStatusCode: number): Error {
  return Object.assign(new Error('refused'), { name: 'Unknown', $metadata: { httpStatusCode } });
}

describe('callDependency', () => {
  it.each([
    ['status 429 of AWS', answered(429)],
    ['status 500 of AWS', answered(500)],
    ['status 503 of AWS', answered(503)],
    ['throttling', new ProvisionedThroughputExceededException({ message: '', $metadata: {} })],
    ['a timeout', Object.assign(new Error('too late'), { name: 'TimeoutError' })],
    ['a broken socket', Object.assign(new Error('reset'), { code: 'ECONNRESET' })],
  ])('turns %s into dependency_unavailable', async (_, cause) => {
    const members = { retryAfterSeconds: 2 };
    const failure = { code: 'dependency_unavailable', members, cause };
    const call = callDependency('DynamoDB', () => Promise.reject(cause));
    await expect(call).rejects.toMatchObject(failure);
  });

  it.each([400, 403, 404])('lets status %i through, because it is our defect', async (status) => {
    const error = answered(status);
    await expect(callDependency('DynamoDB', () => Promise.reject(error))).rejects.toBe(error);
  });
});
