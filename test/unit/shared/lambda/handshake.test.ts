import { describe, expect, it } from 'vitest';
import { isAllowedOrigin, offer } from '../../../../shared/lambda/handshake.ts';
import { DOMAIN, handshake } from '../../../fixtures/requests.ts';

const ALLOWED = ['https://app.example'];

describe('isAllowedOrigin', () => {
  it.each<[string, Record<string, string>]>([
    ['none, as native apps send', {}],
    ['one of the stage', { Origin: 'https://app.example' }],
    ["the API's own, as React Native sends", { Origin: `https://${DOMAIN}` }],
    ['one of the stage in another casing of the name', { origin: 'https://app.example' }],
  ])('allows %s', (_name, headers) => {
    expect(isAllowedOrigin(handshake(headers), ALLOWED)).toBe(true);
  });

  it.each([
    'https://evil.example',
    'https://app.example.evil.example',
    'https://app.example:8443',
    'https://evil.example/https://app.example',
    'https://notapp.example',
    'http://app.example',
    `http://${DOMAIN}`,
    `https://${DOMAIN}.evil.example`,
    'null',
    '',
  ])('refuses "%s", however the header is spelled', (origin) => {
    for (const name of ['Origin', 'origin', 'ORIGIN']) {
      expect(isAllowedOrigin(handshake({ [name]: origin }), ALLOWED)).toBe(false);
    }
  });
});

describe('offer', () => {
  const SELECTED = { 'Sec-WebSocket-Protocol': 'silent-auth.v1' };

  it.each<[string, Record<string, string>, object]>([
    ['after the subprotocol', { 'Sec-WebSocket-Protocol': 'silent-auth.v1, a.token' }, SELECTED],
    ['before it', { 'sec-websocket-protocol': 'a.token,silent-auth.v1' }, SELECTED],
    ['alone', { 'SEC-WEBSOCKET-PROTOCOL': ' a.token ' }, {}],
    ['as bearer', { Authorization: 'Bearer a.token' }, {}],
    [
      'as bearer beside it',
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

  it('takes one or more spaces after Bearer', () => {
    const event = handshake({ Authorization: 'Bearer   a.token' });
    expect(offer(event).clientToken).toBe('a.token');
  });

  it('never takes the token from the URL', () => {
    const query = { token: 'a.token', client_token: 'a.token', access_token: 'a.token' };
    expect(offer(handshake({}, query))).toEqual({ clientToken: '', headers: {} });
  });
});
