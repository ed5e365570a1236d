import { describe, expect, it } from 'vitest';
import { createEdgeCheck } from '../../../../../shared/adapters/secrets/edge-check.ts';
import { spyOnComparisons } from '../../../../fixtures/comparisons.ts';
import { fakeSecrets } from '../../../../fixtures/secrets.ts';

const ORIGIN_SECRET = 'known to CloudFront';
const GENUINE = { 'x-origin-secret': ORIGIN_SECRET };

function checkOver(secret: Record<string, string>) {
  const secrets = fakeSecrets(secret);
  return { secrets, isFromEdge: createEdgeCheck({ secrets, secretId: 'edge' }) };
}

describe('isFromEdge', () => {
  it('knows the header that CloudFront sets', async () => {
    expect(await checkOver({ origin_secret: ORIGIN_SECRET }).isFromEdge(GENUINE)).toBe(true);
  });

  it.each([
    {},
    { 'x-origin-secret': '' },
    { 'x-origin-secret': 'known to cloudfront' },
    { 'x-origin-secret': 'known to CloudFron' },
    { 'x-origin-secret': 'known to CloudFront ' },
    // API Gateway joins a header that came twice.
    { 'x-origin-secret': 'known to CloudFront,known to CloudFront' },
    { 'cloudfront-viewer-address': '203.0.113.1:443' },
    { 'x-amz-cf-id': 'x', via: '2.0 0a1b.cloudfront.net (CloudFront)' },
  ])('is not misled by %j, and reads no secret again', async (headers) => {
    const { isFromEdge, secrets } = checkOver({ origin_secret: ORIGIN_SECRET });
    expect(await isFromEdge(headers)).toBe(false);
    expect(secrets.calls).toEqual({ get: 'x-origin-secret' in headers ? 1 : 0, refresh: 0 });
  });

  it('knows the previous secret until it is dropped', async () => {
    const rotating = { origin_secret: 'its successor', previous_origin_secret: ORIGIN_SECRET };
    expect(await checkOver(rotating).isFromEdge(GENUINE)).toBe(true);
    expect(await checkOver(rotating).isFromEdge({ 'x-origin-secret': 'its successor' })).toBe(true);
    const dropped = { origin_secret: 'its successor', previous_origin_secret: '' };
    expect(await checkOver(dropped).isFromEdge(GENUINE)).toBe(false);
    expect(await checkOver(dropped).isFromEdge({ 'x-origin-secret': '' })).toBe(false);
  });

  it('answers 503 to a claim while its secret is not set', async () => {
    const { isFromEdge } = checkOver({ origin_secret: '' });
    expect(await isFromEdge({})).toBe(false);
    for (const claim of ['', 'undefined', ORIGIN_SECRET]) {
      const failure = { code: 'dependency_unavailable', members: { secretNotSet: true } };
      await expect(isFromEdge({ 'x-origin-secret': claim })).rejects.toMatchObject(failure);
    }
  });

  it('compares in constant time', async () => {
    const compared = spyOnComparisons();
    const guess = 'x'.repeat(ORIGIN_SECRET.length);
    await checkOver({ origin_secret: ORIGIN_SECRET }).isFromEdge({ 'x-origin-secret': guess });
    expect(compared).toHaveBeenCalledWith(Buffer.from(guess), Buffer.from(ORIGIN_SECRET));
  });
});
