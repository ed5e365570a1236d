import { describe, expect, it } from 'vitest';
import { decodeEvent, encodeEvent } from '../../../../../shared/adapters/dynamodb/event-codec.ts';
import { isSameFact } from '../../../../../shared/domain/fact-keys.ts';
import { EVERY_EVENT } from '../../../../fixtures/histories.ts';

describe('event codec', () => {
  it.each(EVERY_EVENT)('reads $type back as it was written', (event) => {
    expect(decodeEvent(encodeEvent(event))).toEqual(event);
  });

  const ofVonage = ['check_url_issued', 'channel_ended', 'summarized'];
  it.each(EVERY_EVENT.filter(({ type }) => ofVonage.includes(type)))(
    'keeps the order of members of $type, which isSameFact compares',
    (event) => {
      const decoded = decodeEvent(encodeEvent(event));
      expect(decoded && isSameFact(decoded, { ...event, atMs: 0 })).toBe(true);
    },
  );

  const AT = { at: { N: '1' } };
  it.each([
    { M: { type: { S: 'invented_later' }, ...AT } },
    { M: { type: { S: 'cancelled' } } },
    { M: { type: { S: 'cancelled' }, at: { S: '1' } } },
    { M: { type: { S: 'channel' }, ...AT, channel: { S: 'fax' }, outcome: { S: 'failed' } } },
    { M: { type: { S: 'channel' }, ...AT, channel: { S: 'sms' }, outcome: { S: 'lost' } } },
    { M: { type: { S: 'summary' }, ...AT, status: { S: 'failed' } } },
    { M: { type: { S: 'code' }, ...AT, kind: { S: 'letters' } } },
    { M: { type: { S: 'started' }, ...AT } },
    { S: 'cancelled' },
    { NULL: true },
  ] as const)('reads nothing from %j', (stored) => {
    expect(decodeEvent(stored)).toBeUndefined();
  });

  it('leaves out what it does not know of an event that it knows', () => {
    const ended = ['fax:failed', 'sms:lost', 'sms:failed'].map((S) => ({ S }));
    const summary = { type: { S: 'summary' }, status: { S: 'failed' }, later: { S: 'x' }, ...AT };
    expect(decodeEvent({ M: { ...summary, ended: { L: [...ended, { N: '1' }] } } })).toEqual({
      type: 'summarized',
      atMs: 1,
      status: 'failed',
      outcomes: [{ channel: 'sms', outcome: 'failed' }],
    });
  });

  it('counts an error that it does not know as other', () => {
    const left = { type: { S: 'left' }, channel: { S: 'sms' }, n: { N: '1' }, ...AT };
    const decoded = decodeEvent({ M: { ...left, error: { S: 'sdk_invented' } } });
    expect(decoded).toMatchObject({ type: 'channel_skipped', error: 'other' });
  });
});
