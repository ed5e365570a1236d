import { describe, expect, it } from 'vitest';
import {
  parseClockMessage,
  toMessageBody,
} from '../../../../../shared/adapters/sqs/clock-message.ts';

const MESSAGE = { requestId: 'request-1', step: 1 };

describe('toMessageBody', () => {
  it('writes version, request_id and step', () => {
    expect(toMessageBody(MESSAGE)).toBe('{"v":1,"request_id":"request-1","step":1}');
  });
});

describe('parseClockMessage', () => {
  it('reads what was written, also with members of a later release', () => {
    expect(parseClockMessage(toMessageBody(MESSAGE))).toEqual(MESSAGE);
    expect(parseClockMessage('{"v":1,"request_id":"request-1","step":1,"new":2}')).toEqual(MESSAGE);
  });

  it.each([
    '',
    'null',
    '[]',
    '{"v":2,"request_id":"a","step":0}',
    '{"request_id":"a","step":0}',
    '{"v":1,"step":0}',
    '{"v":1,"request_id":"","step":0}',
    '{"v":1,"request_id":1,"step":0}',
    '{"v":1,"request_id":"a"}',
    '{"v":1,"request_id":"a","step":-1}',
    '{"v":1,"request_id":"a","step":0.5}',
    '{"v":1,"request_id":"a","step":"0"}',
  ])('does not understand %j', (body) => {
    expect(parseClockMessage(body)).toBeUndefined();
  });
});
