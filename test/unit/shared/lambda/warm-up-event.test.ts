import { describe, expect, it } from 'vitest';
import { isWarmUp } from '../../../../shared/lambda/warm-up-event.ts';
import { handshake, httpRequest } from '../../../fixtures/requests.ts';

const WARM_UP = { source: 'silent-auth.warm-up' };

describe('isWarmUp', () => {
  it('recognises the event that start sends', () => {
    expect(isWarmUp(WARM_UP)).toBe(true);
  });

  it.each([
    ['a request of the HTTP API', { ...httpRequest(), ...WARM_UP }],
    ['a handshake', { ...handshake(), ...WARM_UP }],
    ['a request whose body says so', httpRequest({}, { body: JSON.stringify(WARM_UP) })],
    ['a request whose context is empty', { ...WARM_UP, requestContext: undefined }],
    ['another event', { source: 'aws.events' }],
    ['nothing', null],
  ])('does not take %s for one', (_what, event) => {
    expect(isWarmUp(event)).toBe(false);
  });
});
