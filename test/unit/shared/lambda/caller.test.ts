import { describe, expect, it } from 'vitest';
import { callerOf } from '../../../../shared/lambda/caller.ts';
import { httpRequest } from '../../../fixtures/requests.ts';

describe('callerOf', () => {
  it.each(['x-forwarded-for', 'forwarded', 'x-real-ip', 'cf-connecting-ip', 'true-client-ip'])(
    'believes the gateway and not %s',
    (name) => {
      expect(callerOf(httpRequest({ [name]: '203.0.113.99' }))).toEqual({
        address: '198.51.100.7',
      });
    },
  );

  it.each([
    ['198.51.100.99:46532', '198.51.100.99'],
    ['2001:db8::7:46532', '2001:db8::7'],
    ['[2001:db8::7]:46532', '2001:db8::7'],
    ['', '198.51.100.7'],
    ['nonsense', '198.51.100.7'],
  ])('takes %j for %s from our own CloudFront', (seen, address) => {
    const request = httpRequest({ 'cloudfront-viewer-address': seen });
    expect(callerOf(request, true)).toEqual({ address });
    expect(callerOf(request)).toEqual({ address: '198.51.100.7' });
  });

  it('takes the subject that the authorizer vouches for', () => {
    const { requestContext } = httpRequest();
    const authorizer = { jwt: { claims: { sub: 'user-1' } } };
    const request = httpRequest({}, { requestContext: { ...requestContext, authorizer } });
    expect(callerOf(request)).toEqual({ address: '198.51.100.7', subject: 'user-1' });
  });

  it.each(['', 7, undefined])('ignores the subject %j', (sub) => {
    const { requestContext } = httpRequest();
    const authorizer = { jwt: { claims: { sub } } };
    const request = httpRequest({}, { requestContext: { ...requestContext, authorizer } });
    expect(callerOf(request)).toEqual({ address: '198.51.100.7' });
  });
});
