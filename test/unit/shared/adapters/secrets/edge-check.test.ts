import { describe, expect, it } from 'vitest';
import { createEdgeCheck } from '../../../../../shared/adapters/secrets/edge-check.ts';
import { spyOnComparisons } from '../../../../fixtures/comparisons.ts';
import { fakeSecrets } from '../../../../fixtures/secrets.ts';

const ORIGIN_SECRET = 'known to CloudFront';

function checkOver(secret: Record<string, string>) {
  const secrets = fakeSecrets(secret);
  return { secrets, isFromEdge: createEdgeCheck({ secrets, secretId: 'edge' }) };
}

describe('isFromEdge', () => {
  it('knows the header that CloudFront sets', async () => {
    const { isFromEdge } = checkOver({ origin_secret: ORIGIN_SECRET });
    expect(await isFromEdge({ 'x-origin-secret': ORIGIN_SECRET })).toBe(true);
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
  ])('is not misled by %j', async (headers) => {
    const { isFromEdge } = checkOver({ origin_secret: ORIGIN_SECRET });
    expect(await isFromEdge(headers)).toBe(false);
  });

  it('knows the secret before, until it is dropped', async () => {
    const headers = { 'x-origin-secret': ORIGIN_SECRET };
    const rotating = { origin_secret: 'its successor', previous_origin_secret: ORIGIN_SECRET };
    expect(await checkOver(rotating).isFromEdge(headers)).toBe(true);
    expect(await checkOver(rotating).isFromEdge({ 'x-origin-secret': 'its successor' })).toBe(true);
    const dropped = { origin_secret: 'its successor', previous_origin_secret: '' };
    expect(await checkOver(dropped).isFromEdge(headers)).toBe(false);
    expect(await checkOver(dropped).isFromEdge({ 'x-origin-secret': '' })).toBe(false);
  });

  it('answers 503 to a claim while its secret is not set', async () => {
    const { isFromEdge } = checkOver({ origin_secret: '' });
    expect(await isFromEdge({})).toBe(false);
    for (const claim of ['', 'undefined', ORIGIN_SECRET]) {
      await expect(isFromEdge({ 'x-origin-secret': claim })).rejects.toMatchObject({
        code: 'dependency_unavailable',
        members: { secretNotSet: true },
      });
    }
  });

  it('asks for no secret where nothing is claimed', async () => {
    const { isFromEdge, secrets } = checkOver({ origin_secret: ORIGIN_SECRET });
    await isFromEdge({});
    expect(secrets.calls).toEqual({ get: 0, refresh: 0 });
  });

  it('reads no secret again for a forger', async () => {
    const { isFromEdge, secrets } = checkOver({ origin_secret: ORIGIN_SECRET });
    await isFromEdge({ 'x-origin-secret': 'guessed' });
    expect(secrets.calls.refresh).toBe(0);
  });

  it('compares in constant time', async () => {
    const compared = spyOnComparisons();
    const guess = 'x'.repeat(ORIGIN_SECRET.length);
    await checkOver({ origin_secret: ORIGIN_SECRET }).isFromEdge({ 'x-origin-secret': guess });
    expect(compared).toHaveBeenCalledWith(Buffer.from(guess), Buffer.from(ORIGIN_SECRET));
  });
});
