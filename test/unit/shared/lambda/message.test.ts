import { describe, expect, it } from 'vitest';
import { messageSchema } from '../../../../shared/contract/requests.ts';
import { connectionOf, errorMessage, parseMessage } from '../../../../shared/lambda/message.ts';
import { handshake } from '../../../fixtures/requests.ts';

const PING = '{"action":"ping"}';

describe('parseMessage', () => {
  it('reads up to 2 KB', () => {
    expect(parseMessage(messageSchema, PING.padEnd(2048))).toEqual({ action: 'ping' });
  });

  it.each<[string, string | undefined]>([
    ['payload_too_large', PING.padEnd(2049)],
    ['payload_too_large', JSON.stringify('ü'.repeat(1024))],
    ['request_invalid', undefined],
    ['request_invalid', ''],
    ['request_invalid', 'hello'],
    ['request_invalid', '{"action":"subscribe"}'],
  ])('refuses with %s the message %j', (code, body) => {
    expect(() => parseMessage(messageSchema, body)).toThrow(expect.objectContaining({ code }));
  });
});

describe('errorMessage', () => {
  it('answers the problem code and nothing of the message', () => {
    expect(errorMessage(new Error('+4915112345678'))).toEqual({
      status: 200,
      body: { type: 'error', code: 'internal' },
    });
  });
});

describe('connectionOf', () => {
  it('begins with the time of the connection, so that connections sort by age', () => {
    expect(connectionOf(handshake())).toBe('1772619330000#connection=');
  });
});
