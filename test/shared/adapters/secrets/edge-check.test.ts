import { describe, expect, it } from 'vitest';
import { createEdgeCheck } from '../../../../shared/adapters/secrets/edge-check.ts';
import { fakeSecrets } from '../../../fixtures/secrets.ts';

const isFromEdge = createEdgeCheck({
  secrets: fakeSecrets({ origin_secret: 'known to CloudFront' }),
  secretId: 'edge',
});

describe('isFromEdge', () => {
  it('knows the header that CloudFront sets', async () => {
    expect(await isFromEdge({ 'x-origin-secret': 'known to CloudFront' })).toBe(true);
  });

  it.each([{}, { 'x-origin-secret': '' }, { 'x-origin-secret': 'known to cloudfront' }])(
    'is not misled by %j',
    async (headers) => {
      expect(await isFromEdge(headers)).toBe(false);
    },
  );

  it('says that it cannot judge a claim while its secret is not set', async () => {
    const blind = createEdgeCheck({
      secrets: fakeSecrets({ origin_secret: '' }),
      secretId: 'edge',
    });
    expect(await blind({})).toBe(false);
    await expect(blind({ 'x-origin-secret': '' })).rejects.toMatchObject({
      code: 'dependency_unavailable',
      members: { secretNotSet: true },
    });
  });
});
