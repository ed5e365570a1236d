import { describe, expect, it } from 'vitest';
import { callerOf } from '../../../../shared/lambda/caller.ts';
import { httpRequest } from '../../../fixtures/requests.ts';

const GATEWAY = { address: '198.51.100.7' };

describe('callerOf', () => {
  it.each(['x-forwarded-for', 'forwarded', 'x-real-ip', 'cf-connecting-ip', 'true-client-ip'])(
    'takes the address from the gateway and not from %s',
    (name) => {
      expect(callerOf(httpRequest({ [name]: '203.0.113.99' }))).toEqual(GATEWAY);
    },
  );

  it.each([
    ['198.51.100.99:46532', '198.51.100.99'],
    ['2001:db8::7:46532', '2001:db8::7'],
    ['[2001:db8::7]:46532', '2001:db8::7'],
    ['', GATEWAY.address],
    ['nonsense', GATEWAY.address],
  ])('takes %j for %s from our own CloudFront alone', (seen, address) => {
    const request = httpRequest({ 'cloudfront-viewer-address': seen });
    expect(callerOf(request, true)).toEqual({ address });
    expect(callerOf(request)).toEqual(GATEWAY);
  });

  it.each<[unknown, object]>([
    ['user-1', { ...GATEWAY, subject: 'user-1' }],
    ['', GATEWAY],
    [7, GATEWAY],
    [undefined, GATEWAY],
  ])('with the subject %j of the authorizer is %j', (sub, caller) => {
    const authorizer = { jwt: { claims: { sub } } };
    const request = httpRequest();
    const requestContext = { ...request.requestContext, authorizer };
    expect(callerOf({ ...request, requestContext })).toEqual(caller);
  });
});
