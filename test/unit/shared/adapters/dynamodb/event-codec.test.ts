import { describe, expect, it } from 'vitest';
import { decodeEvent, encodeEvent } from '../../../../../shared/adapters/dynamodb/event-codec.ts';
import { isSameFact } from '../../../../../shared/domain/fact-keys.ts';
import { AT_MS, EVERY_EVENT } from '../../../../fixtures/events.ts';

describe('event codec', () => {
  it.each(EVERY_EVENT)('reads $type back as it was written', (event) => {
    expect(decodeEvent(encodeEvent(event))).toEqual(event);
  });

  it.each(
    EVERY_EVENT.filter(({ type }) =>
      ['check_url_issued', 'channel_ended', 'summarized'].includes(type),
    ),
  )('keeps the order of members of $type, which isSameFact compares', (event) => {
    const decoded = decodeEvent(encodeEvent(event));
    expect(decoded && isSameFact(decoded, { ...event, atMs: 0 })).toBe(true);
  });

  it.each([
    { M: { type: { S: 'invented_later' }, at: { N: '1' } } },
    { M: { type: { S: 'cancelled' } } },
    { M: { type: { S: 'cancelled' }, at: { S: '1' } } },
    {
      M: {
        type: { S: 'channel' },
        at: { N: '1' },
        channel: { S: 'fax' },
        outcome: { S: 'failed' },
      },
    },
    {
      M: { type: { S: 'channel' }, at: { N: '1' }, channel: { S: 'sms' }, outcome: { S: 'lost' } },
    },
    { M: { type: { S: 'summary' }, at: { N: '1' }, status: { S: 'failed' } } },
    { M: { type: { S: 'code' }, at: { N: '1' }, kind: { S: 'letters' } } },
    { M: { type: { S: 'started' }, at: { N: '1' } } },
    { S: 'cancelled' },
    { NULL: true },
  ] as const)('reads nothing from %j', (stored) => {
    expect(decodeEvent(stored)).toBeUndefined();
  });

  it('leaves out what it does not know of an event that it knows', () => {
    const stored = {
      M: {
        type: { S: 'summary' },
        at: { N: String(AT_MS) },
        status: { S: 'failed' },
        ended: { L: [{ S: 'fax:failed' }, { S: 'sms:lost' }, { S: 'sms:failed' }, { N: '1' }] },
        later: { S: 'x' },
      },
    };
    expect(decodeEvent(stored)).toEqual({
      type: 'summarized',
      atMs: AT_MS,
      status: 'failed',
      outcomes: [{ channel: 'sms', outcome: 'failed' }],
    });
  });

  it('counts an error that it does not know as other', () => {
    const stored = {
      M: {
        type: { S: 'left' },
        at: { N: '1' },
        channel: { S: 'sms' },
        n: { N: '1' },
        error: { S: 'sdk_invented' },
      },
    };
    expect(decodeEvent(stored)).toMatchObject({ type: 'channel_skipped', error: 'other' });
  });
});
