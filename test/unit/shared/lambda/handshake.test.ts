import { describe, expect, it } from 'vitest';
import { offer } from '../../../../shared/lambda/handshake.ts';
import { handshake } from '../../../fixtures/requests.ts';

describe('offer', () => {
  const SELECTED = { 'Sec-WebSocket-Protocol': 'silent-auth.v1' };

  it.each<[name: string, headers: Record<string, string>, selected: object]>([
    ['after the subprotocol', { 'Sec-WebSocket-Protocol': 'silent-auth.v1, a.token' }, SELECTED],
    ['before it', { 'sec-websocket-protocol': 'a.token,silent-auth.v1' }, SELECTED],
    ['alone', { 'SEC-WEBSOCKET-PROTOCOL': ' a.token ' }, {}],
    ['as bearer', { Authorization: 'Bearer a.token' }, {}],
    ['as bearer after several spaces', { Authorization: 'Bearer   a.token' }, {}],
    [
      'as bearer with the subprotocol',
      { authorization: 'bearer a.token', 'Sec-WebSocket-Protocol': 'silent-auth.v1' },
      SELECTED,
    ],
  ])('finds the token %s and selects only what was offered', (_name, headers, selected) => {
    expect(offer(handshake(headers))).toEqual({ clientToken: 'a.token', headers: selected });
  });

  it.each([
    [['silent-auth.v1', 'a.token']],
    [['a.token', 'silent-auth.v1']],
    [['silent-auth.v1, a.token']],
  ])('reads several lines of the header as one list: %j', (lines) => {
    const event = {
      ...handshake({ 'Sec-WebSocket-Protocol': lines.at(-1) ?? '' }),
      multiValueHeaders: { 'Sec-WebSocket-Protocol': lines },
    };
    expect(offer(event)).toEqual({ clientToken: 'a.token', headers: SELECTED });
  });

  it('never takes the token from the URL', () => {
    const query = { token: 'a.token', client_token: 'a.token', access_token: 'a.token' };
    const event = Object.assign(handshake(), { queryStringParameters: query });
    expect(offer(event)).toEqual({ clientToken: '', headers: {} });
  });
});
