import { describe, expect, it } from 'vitest';
import { callDependency } from '../../../../../shared/adapters/aws/dependency-failure.ts';

function answered(httpStatusCode: number): Error {
  return Object.assign(new Error('refused'), { name: 'Unknown', $metadata: { httpStatusCode } });
}

describe('callDependency', () => {
  it.each([429, 500, 503])('turns status %i of AWS into dependency_unavailable', async (status) => {
    const cause = answered(status);
    await expect(callDependency('DynamoDB', () => Promise.reject(cause))).rejects.toMatchObject({
      code: 'dependency_unavailable',
      members: { retryAfterSeconds: 2 },
      cause,
    });
  });

  it.each([400, 403, 404])('lets status %i through: it is a defect of ours', async (status) => {
    const error = answered(status);
    await expect(callDependency('DynamoDB', () => Promise.reject(error))).rejects.toBe(error);
  });
});
