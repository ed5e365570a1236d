import { describe, expect, it } from 'vitest';
import { messageSchema } from '../../../../shared/contract/requests.ts';
import { connectionOf, errorMessage, parseMessage } from '../../../../shared/lambda/message.ts';
import { handshake } from '../../../fixtures/requests.ts';

const PING = '{"action":"ping"}';

describe('parseMessage', () => {
  it('reads up to 2 KB', () => {
    expect(parseMessage(messageSchema, PING.padEnd(2048))).toEqual({ action: 'ping' });
  });

  it.each([PING.padEnd(2049), JSON.stringify('ü'.repeat(1024))])(
    'reads no more than that',
    (body) => {
      expect(() => parseMessage(messageSchema, body)).toThrow(
        expect.objectContaining({ code: 'payload_too_large' }),
      );
    },
  );

  it.each([undefined, '', 'hello', '[]', '{"action":"completed"}', '{"action":"subscribe"}'])(
    'refuses %j',
    (body) => {
      expect(() => parseMessage(messageSchema, body)).toThrow(
        expect.objectContaining({ code: 'request_invalid' }),
      );
    },
  );
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
  it('sorts by age', () => {
    expect(connectionOf(handshake())).toBe('1772619330000#connection=');
  });
});
